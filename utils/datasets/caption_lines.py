"""The structured-caption format: metadata.jsonl with a caption and categories per video.

Both spellings are read: the training keys (`rule_violations`, `visibility`) and those of the
structured answers (`presence_of_rule_violations`, `light_conditions`). No moment is known.
"""

import logging
import re
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter

from utils.datasets.clip_path import unique_clips
from utils.datasets.json_file import Entry, JsonFile, read_json_lines
from utils.datasets.split_name import split_of
from utils.labeled_clip import ClipKind, LabeledClip

log = logging.getLogger(__name__)

Words = str | list[str]
KINDS: dict[str, ClipKind] = {
    "collision": "crash",
    "near_miss": "near_miss",
    "no_incident": "normal",
}
LABELLED = {  # field -> tag
    "cause_of_risk": "cause",
    "rule_violations": "rule_violations",
    "intended_driving_action": "action",
    "traffic_density": "traffic",
    "driving_setting": "setting",
    "time_of_day": "time_of_day",
    "visibility": "visibility",
    "light_conditions": "light",
    "weather": "weather",
    "scene": "scene",
}


def _plain(words: object) -> object:
    """`Near-Miss` and `near miss` as near_miss."""
    return re.sub(r"[ -]", "_", words.lower()) if isinstance(words, str) else words


class CaptionedVideo(Entry):
    """One line of metadata.jsonl."""

    video: str = Field(validation_alias=AliasChoices("video", "file_name"))
    caption: str
    event_type: Annotated[
        Literal["collision", "near_miss", "no_incident", "unknown"], BeforeValidator(_plain)
    ]
    cause_of_risk: Words = ""
    rule_violations: Words = Field(
        "", validation_alias=AliasChoices("rule_violations", "presence_of_rule_violations")
    )
    intended_driving_action: Words = ""
    traffic_density: Words = ""
    driving_setting: Words = ""
    time_of_day: Words = ""
    visibility: Words = ""
    light_conditions: Words = ""
    weather: Words = ""
    scene: Words = ""


def read_caption_lines(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of a metadata.jsonl (or of the one in a folder); videos lie in video_dir.

    Raises AnnotationError.
    """
    file = labels / "metadata.jsonl" if labels.is_dir() else labels
    lines = read_json_lines(file, TypeAdapter(CaptionedVideo))
    known = [line for line in lines if line.content.event_type != "unknown"]
    if len(known) < len(lines):
        log.warning("%s: %d videos of unknown event are left out", file, len(lines) - len(known))
    return unique_clips((_clip(line, video_dir), partial(line.fail, ("video",))) for line in known)


def _clip(line: JsonFile[CaptionedVideo], video_dir: Path) -> LabeledClip:
    video = line.content
    beside = (video_dir / "videos").is_dir() and not video.video.startswith("videos/")
    folder = video_dir / "videos" if beside else video_dir
    path = line.video(("video",), folder, video.video)
    said = {tag: _joined(getattr(video, name)) for name, tag in LABELLED.items()}
    return LabeledClip(
        path=path,
        kind=KINDS[video.event_type],
        events_s=(),
        group=path.as_posix(),
        split=split_of(line.path.stem),
        dataset="captions",
        tags={tag: words for tag, words in said.items() if words},
        caption=video.caption,
    )


def _joined(words: Words) -> str:
    return words if isinstance(words, str) else ", ".join(words)
