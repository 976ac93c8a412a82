"""Records, files and video: everything without weights and sockets.

The two classes named below are loaded when asked for, so that light modules stay light.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from utils.frame_sampler import FrameSampler, VideoProcessor

__all__ = ["FrameSampler", "VideoProcessor"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'utils' has no attribute {name!r}")
    from utils import frame_sampler

    return getattr(frame_sampler, name)
