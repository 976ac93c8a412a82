"""What the Compare form says, checked: a video, and two sides that are to be compared.

A side is a new analysis or one that the library has. Nothing here trusts what the page allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.analysis_form import Form, read_settings, read_video
from ui.analysis_run import AnalysisRun, plan_run
from ui.context import Context
from ui.raw_values import typed_number
from utils.config import merge, validate
from utils.errors import ConfigError, VideoError
from utils.library.records import Analysis
from utils.settings import Settings

RUN, STORED = "checkpoint:", "analysis:"
AS_IN_SETTINGS = ""
MAX_NAME = 1000

Side = Analysis | AnalysisRun


@dataclass(frozen=True, slots=True)
class SideForm:
    """The raw values of one side. source: `checkpoint:NAME` or `analysis:ID`.

    describer: empty for that of the settings. threshold: None for the checkpoint's own.
    """

    source: Any = None
    describer: Any = AS_IN_SETTINGS
    model: Any = ""
    adapter: Any = ""
    threshold: Any = None


@dataclass(frozen=True, slots=True)
class CompareForm:
    """The raw values of the form. stored_video: an analysis in the library."""

    a: SideForm
    b: SideForm
    upload: Any = None
    local_path: Any = ""
    stored_video: Any = None


def plan_sides(form: CompareForm, context: Context) -> tuple[Side, Side]:
    """Both sides, ready to be run or read. Raises AppError children with a sentence."""
    sides = (form.a, form.b)
    stored = [_stored(side.source, context) for side in sides]
    if form.a == form.b:
        raise ConfigError("A and B are the same. Choose something else for one of them.")
    if stored[0] and stored[1]:
        return stored[0], stored[1]
    video = _video(form, context, stored[0] or stored[1])
    a, b = (
        known or plan_run(context, video, _settings(side, context))
        for side, known in zip(sides, stored, strict=True)
    )
    return a, b


def _stored(source: Any, context: Context) -> Analysis | None:
    """The stored analysis that a side names, if it names one. Raises LibraryError, ConfigError."""
    if not isinstance(source, str) or not source.startswith(STORED):
        return None
    number = source.removeprefix(STORED)
    if not number.isdecimal() or len(number) > 18:
        raise ConfigError("That analysis is not in the list. Choose one and try again.")
    return context.library.analyses.get(int(number))


def _video(form: CompareForm, context: Context, stored: Analysis | None) -> Path:
    """The file that new analyses read: the one that is named, else that of a stored side."""
    named = form.upload or (isinstance(form.local_path, str) and form.local_path.strip())
    if named:
        own = Form(upload=form.upload, local_path=form.local_path)
        return read_video(own, context.uploads, local_allowed=context.local_allowed)
    if stored is None and isinstance(form.stored_video, int):
        stored = context.library.analyses.get(form.stored_video)
    if stored is None:
        raise VideoError("Choose a video first: from the library, by upload, or by its path.")
    if not stored.video.is_file():
        name = stored.video.name
        raise VideoError(f"The video {name} is not at its place any more. Give its path.")
    return stored.video


def _settings(side: SideForm, context: Context) -> Settings:
    source = side.source if isinstance(side.source, str) else ""
    if not source.startswith(RUN):
        raise ConfigError("Choose for A and for B a checkpoint or a stored analysis.")
    kind = side.describer or context.settings.describer.kind
    own = Form(
        checkpoint=source.removeprefix(RUN),
        threshold=typed_number(side.threshold),
        max_sampled_frames=context.settings.limits.max_sampled_frames,
        describer=kind,
    )
    settings = read_settings(own, context.settings, context.checkpoints)
    named = {
        "model": _name(side.model, context.local_allowed),
        "adapter": _name(side.adapter, context.local_allowed),
    }
    changes: Mapping[str, Any] = {"describer": {key: name for key, name in named.items() if name}}
    return validate(merge(settings.model_dump(), changes), source="the form")


def _name(text: Any, local_allowed: bool) -> str:
    """A model's name or folder. Raises ConfigError."""
    if not text:
        return ""
    if not isinstance(text, str) or len(text) > MAX_NAME:
        raise ConfigError("Give model and adapter as the name or the folder of one.")
    if not local_allowed:
        raise ConfigError("Models cannot be named while the app listens on the network.")
    return text.strip()
