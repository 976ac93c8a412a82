"""Weights in eight or four bits: what the library is asked for, and how large they are then."""

from importlib.util import find_spec
from typing import Any, Literal

import torch

from utils.errors import ModelUnavailableError

Quantization = Literal["none", "8bit", "4bit"]
INSTALL = "pip install bitsandbytes==0.50.2"
# Bytes per number: the embeddings and what a 64-number block stores beside its codes are in it.
BYTES = {"8bit": 1.1, "4bit": 0.65}


def bytes_per_number(quantization: Quantization, dtype: torch.dtype) -> float:
    """How much memory one weight takes."""
    return BYTES.get(quantization, float(dtype.itemsize))


def loading_options(
    quantization: Quantization, *, dtype: torch.dtype, device: torch.device
) -> dict[str, Any]:
    """Arguments of `from_pretrained`; empty for weights as they are.

    The weights are then put on the device while they are loaded and must not be moved. Raises
    ModelUnavailableError where the library is not installed.
    """
    if quantization == "none":
        return {}
    if find_spec("bitsandbytes") is None:
        raise ModelUnavailableError(
            f"describer.quantization {quantization} needs a library that is not installed: "
            f"run `{INSTALL}`, or set describer.quantization to none"
        )
    return {"quantization_config": _config(quantization, dtype), "device_map": {"": device}}


def _config(quantization: Quantization, dtype: torch.dtype) -> Any:
    import transformers

    config: Any = transformers.BitsAndBytesConfig
    if quantization == "8bit":
        return config(load_in_8bit=True)
    return config(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
