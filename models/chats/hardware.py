"""Which number type a model runs in here, and whether it fits into memory."""

import os
from pathlib import Path

import torch

from models.device import computes_bfloat16
from utils.errors import ModelUnavailableError

ROOM = 1.15  # weights plus buffers while loading; activations of one small batch come on top
SMALLER = (
    "choose a smaller model (describer.model: smolvlm2) or describer.quantization: 4bit, close "
    "other programs, or use --describer template"
)


def pick_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware computes in it, float16 on older GPUs, else float32."""
    if computes_bfloat16(device):
        return torch.bfloat16
    return torch.float16 if device.type == "cuda" else torch.float32


def free_bytes(device: torch.device) -> int | None:
    """Memory that a model may take now; None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if "MemAvailable" in line)
    except (OSError, StopIteration):
        pages = "SC_AVPHYS_PAGES"
        known = hasattr(os, "sysconf_names") and pages in os.sysconf_names
        return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE") if known else None


def check_memory(name: str, weights_bytes: float, device: torch.device, *, stored: str) -> None:
    """Raises ModelUnavailableError where the weights alone would fill the memory.

    Asked before loading: on a CPU the system kills the whole program instead of raising. stored:
    their number type, for the message.
    """
    free, needed = free_bytes(device), weights_bytes * ROOM
    if free is not None and needed > free:
        raise ModelUnavailableError(
            f"{name} needs {needed / 1e9:.1f} GB in {stored} but {device.type} has "
            f"{free / 1e9:.1f} GB free: {SMALLER}"
        )
