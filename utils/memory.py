"""Peak memory of this process, for the report's counts."""

import sys


def peak_memory_mib() -> float | None:
    """Peak resident memory in MiB since the process started; None where it cannot be asked."""
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
