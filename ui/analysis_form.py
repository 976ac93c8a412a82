"""What a form of an analysis says, checked: a video to open and the settings of this run.

Everything that arrives here comes from a browser or an API client, so types, ranges and membership
are checked again, whatever the page allowed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.analysis_run import AnalysisRun, plan_run
from ui.checkpoints import Checkpoint, CheckpointShelf
from ui.context import Context
from ui.local_paths import UPLOAD_INSTEAD, existing_file, is_inside
from ui.raw_values import read_number, read_whole
from utils.config import merge, validate
from utils.errors import ConfigError, VideoError
from utils.settings import Settings

ALWAYS_WRITTEN = ("json", "html")
OPTIONAL_FORMATS = ("wav", "csv", "srt", "mp4")
DESCRIBERS = ("auto", "template", "llava")
DESCRIBER_NAMES = {
    "auto": "Automatic",
    "template": "Fixed sentences",
    "llava": "LLaVA",
    "llm": "Language model",
    "openai": "Model server",
}
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Form:
    """The raw values of the form; None is what the settings say."""

    upload: Any = None
    local_path: Any = ""
    checkpoint: Any = None
    threshold: Any = None
    max_sampled_frames: Any = None
    describer: Any = None
    formats: Any = ()


def plan_form(form: Form, context: Context) -> AnalysisRun:
    """The analysis that the form asks for. Raises AppError children with a sentence."""
    video = read_video(form, context.uploads, local_allowed=context.local_allowed)
    settings = read_settings(form, context.settings, context.checkpoints)
    return plan_run(context, video, settings)


def read_settings(form: Form, settings: Settings, shelf: CheckpointShelf) -> Settings:
    """The settings of a run. Raises ConfigError or CheckpointError with a sentence for the user."""
    checkpoint = shelf.first() if form.checkpoint is None else shelf.find(form.checkpoint)
    describer = settings.describer.kind if form.describer is None else form.describer
    if describer not in _describers(settings):
        raise ConfigError("Choose one of the describers in the list.")
    changes = {
        "trigger": {"checkpoint": checkpoint.setting, **_threshold(form.threshold, checkpoint)},
        "limits": _most_frames(form.max_sampled_frames),
        "describer": {"kind": describer},
        "outputs": {"formats": _formats(form.formats)},
    }
    return validate(merge(settings.model_dump(), changes), source="the form")


def _threshold(value: Any, checkpoint: Checkpoint) -> dict[str, float | None]:
    """The change of the threshold; the checkpoint's own is no change of it."""
    threshold = read_number(value, "The threshold")
    if threshold is None:
        return {}
    is_own = abs(threshold - checkpoint.threshold) < _SAME
    return {"threshold": None if is_own else threshold}


def _most_frames(value: Any) -> dict[str, int | None]:
    frames = read_whole(value, "The number of sampled frames")
    return {} if frames is None else {"max_sampled_frames": frames or None}


def read_video(form: Form, uploads: Path, *, local_allowed: bool = True) -> Path:
    """The video to open: an upload or a path, never both. Raises VideoError."""
    text = form.local_path
    if isinstance(text, str) and text.strip():
        if not local_allowed:
            raise VideoError(UPLOAD_INSTEAD)
        if form.upload:
            raise VideoError("Both an upload and a path are given. Clear one of them.")
        return existing_file(text)
    if not form.upload:
        raise VideoError("Choose a video first: upload one, or give its path.")
    if not isinstance(form.upload, str) or not is_inside(Path(form.upload), uploads):
        raise VideoError("That upload is not known. Upload the video again.")
    return Path(form.upload)


def describer_choices(settings: Settings) -> list[tuple[str, str]]:
    """The describers on offer, as words and value."""
    return [(DESCRIBER_NAMES[kind], kind) for kind in _describers(settings)]


def _describers(settings: Settings) -> tuple[str, ...]:
    """Those that need no address of a server; the settings' own is always among them."""
    own = settings.describer.kind
    return DESCRIBERS if own in DESCRIBERS else (*DESCRIBERS, own)


def _formats(chosen: Any) -> list[str]:
    known = set(OPTIONAL_FORMATS)
    if not isinstance(chosen, list | tuple) or not set(map(str, chosen)) <= known:
        raise ConfigError("Choose the outputs from the list.")
    return [*ALWAYS_WRITTEN, *(f for f in OPTIONAL_FORMATS if f in chosen)]
