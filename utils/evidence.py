"""Evidence: all that a describer may use about one event, and its plain-text form.

No model is called here; everything follows from the event, its keyframes, boxes and scores.
"""

from dataclasses import dataclass

from utils.clip import Clip, ScoreTrack, VideoInfo
from utils.report import Detection, TriggerEvent


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One event with its keyframes (full resolution), linked boxes and piece of the track.

    track: the scores from a few seconds before the event to its end.
    """

    info: VideoInfo
    event: TriggerEvent
    keyframes: Clip
    detections: tuple[Detection, ...]
    track: ScoreTrack
