"""Everything that computes with weights or asks a model.

The class named below is loaded when asked for, so that light modules stay light.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.video_trigger_model import VideoTriggerModel

__all__ = ["VideoTriggerModel"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    from models import video_trigger_model

    return getattr(video_trigger_model, name)
