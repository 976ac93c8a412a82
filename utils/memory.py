"""Peak memory of this process, for the report's counts."""

import sys
from pathlib import Path


def peak_memory_mib() -> float | None:
    """Peak resident memory in MiB since the program started; None where it cannot be asked."""
    if sys.platform == "linux":
        return _peak_on_linux()
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _peak_on_linux() -> float | None:
    """VmHWM, because ru_maxrss starts at the size of the program that started this one."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    peaks = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peaks[0].split()[1]) / 2**10 if peaks else None
