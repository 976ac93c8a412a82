"""Which device a network runs on, and whether it computes natively in bfloat16."""

from functools import lru_cache
from pathlib import Path

import torch

from utils.errors import ModelUnavailableError


def pick_device(device: str = "auto") -> torch.device:
    """`auto`: CUDA where there is one. Raises ModelUnavailableError for a CUDA that is absent."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ModelUnavailableError(
            f"device {device} was asked for but torch finds no CUDA GPU: use --device cpu or auto"
        )
    return torch.device(device)


def computes_bfloat16(device: torch.device) -> bool:
    """Whether the device computes natively in bfloat16; elsewhere it would only be slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and _cpu_computes_bfloat16()


@lru_cache
def _cpu_computes_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux: float32 is always right
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
