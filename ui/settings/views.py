"""Parts of the Settings tab as HTML, made from what is shown and nothing else: pure functions."""

import base64
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from ui.current_settings import CurrentSettings
from ui.markup import render
from ui.sentences import sentence, without_folders
from utils.plain_text import bare_paths
from utils.setting_fields import SettingField, setting_sections, value_of
from utils.settings import Settings
from utils.speech import Voice
from utils.tasks import Task
from utils.trial import DescriberTrial


@dataclass(frozen=True, slots=True)
class Group:
    """Sections that are shown together; the first group is open."""

    title: str
    sections: tuple[str, ...]
    note: str = ""


GROUPS = (
    Group("Finding moments", ("trigger", "events")),
    Group("Looking at them and describing them", ("detector", "describer")),
    Group("What is written", ("outputs", "speech")),
    Group("Computer and limits", ("", "limits")),
    Group(
        "Asking a model where to look",
        ("trigger.vlm",),
        "Used where Finding moments, Kind is yes_no or cascade.",
    ),
    Group(
        "Training",
        ("data", "training", "fine_tuning", "fine_tuning.lora"),
        "Used by the Train tab and by train.py.",
    ),
    Group(
        "The network that is trained",
        (
            "model",
            "model.encoder",
            "model.motion",
            "model.appearance",
            "model.trigger_detector",
            "model.time_encoder",
        ),
        "Used in training. A checkpoint that exists keeps the network it was made with.",
    ),
    Group(
        "How the app starts",
        ("app",),
        "Shown only: these are read as the app starts. Change them in config.yaml or with --set.",
    ),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says about the last change; key and raw: the control that was refused."""

    text: str = ""
    key: str = ""
    raw: Any = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as the form shows it. shown: what its control holds; was: the start's value."""

    field: SettingField
    shown: Any
    was: str
    default: str
    changed: bool
    from_start: bool
    fixed: bool
    error: str = ""

    @property
    def id(self) -> str:
        """The id of its control."""
        return "nm-settings-" + self.field.key.replace(".", "-")

    @property
    def help(self) -> str:
        """What the setting means, as a sentence in the form's words: an empty control is null."""
        text = self.field.help.replace("null", "empty")
        first, _, rest = text.partition(" ")
        is_value = first.endswith(":") or "_" in first
        text = text if is_value else f"{first[:1].upper()}{first[1:]} {rest}".strip()
        return f"{text}." if text else ""

    @property
    def variable(self) -> str:
        """Whether the environment variable that is named here is set; its value stays unread."""
        if not self.field.key.endswith("_env"):
            return ""
        is_set = isinstance(self.shown, str) and bool(os.environ.get(self.shown))
        return "The variable is set." if is_set else "The variable is not set."


def form(current: CurrentSettings, *, editable: bool, said: Said | None = None) -> str:
    """Every setting in its group, with what was changed."""
    said = said or Said()
    settings = current.value
    sections = {section.key: section for section in setting_sections()}
    rows = {
        key: [_row(field, current, settings, said) for field in section.fields]
        for key, section in sections.items()
    }
    if not editable:
        rows = {key: [_for_others(row) for row in found] for key, found in rows.items()}
    return render(
        "settings/form",
        groups=GROUPS,
        sections=sections,
        rows=rows,
        counts=[
            sum(row.changed for key in group.sections for row in rows[key]) for group in GROUPS
        ],
        said=said,
        editable=editable,
        problem=sentence(current.problem) if current.problem else "",
    )


def changes(current: CurrentSettings, href: str | None, *, editable: bool = True) -> str:
    """What was changed, as a settings file. href: where to save it from."""
    differs = bool(current.differences() or current.problem)
    text = current.as_yaml() if editable else bare_paths(current.as_yaml())
    return render("settings/changes", text=text, differs=differs, href=href)


def questions(tasks: Sequence[Task], settings: Settings) -> str:
    """What a model is asked about every event."""
    return render("settings/questions", tasks=tasks, kind=settings.describer.kind)


def asking(started: float) -> str:
    """The trial while it runs."""
    return render("settings/asking", elapsed_s=time.monotonic() - started)


def trial(result: DescriberTrial) -> str:
    """What came of a trial."""
    picture = base64.b64encode(result.picture_png).decode("ascii")
    return render("settings/trial", trial=result, picture=picture, plain=without_folders)


def failure(message: str) -> str:
    """Why a trial or a sample did not work."""
    return render("settings/failure", message=sentence(message))


def sample(src: str) -> str:
    """A spoken sample, to be played."""
    return render("settings/sample", src=src)


def voice_choices(voices: Sequence[Voice]) -> list[tuple[str, str]]:
    """Voices as a menu: name with languages, id; the engine's own first."""
    named = [(_voice_name(voice), voice.id) for voice in voices]
    return [("The engine's own", ""), *sorted(named, key=lambda choice: choice[0].lower())]


def _voice_name(voice: Voice) -> str:
    languages = ", ".join(tag for tag in voice.languages if tag)
    return f"{voice.name} ({languages})" if languages else voice.name


def _row(field: SettingField, current: CurrentSettings, settings: Settings, said: Said) -> Row:
    value, was = value_of(settings, field.key), value_of(current.base, field.key)
    refused = said.is_error and said.key == field.key
    return Row(
        field=field,
        shown=said.raw if refused else shown_value(field, value),
        was=_in_words(field, was),
        default=_in_words(field, field.default),
        changed=value != was,
        from_start=was != field.default,
        fixed=current.is_fixed(field.key),
        error=said.text if refused else "",
    )


def _for_others(row: Row) -> Row:
    """A row as other computers see it: paths of this one shrink to their last part."""
    shown = bare_paths(row.shown) if isinstance(row.shown, str) else row.shown
    return replace(row, shown=shown, was=bare_paths(row.was))


def shown_value(field: SettingField, value: Any) -> Any:
    """What a control holds for a value: text, a truth, or the chosen words."""
    if field.kind == "switch":
        return bool(value)
    if field.kind == "choices":
        return list(value)
    if field.kind == "list":
        return ", ".join(map(str, value))
    if field.kind == "yaml":
        plain = [member.model_dump(mode="json", exclude_defaults=True) for member in value]
        return yaml.safe_dump(plain, default_flow_style=None).strip()
    return "" if value is None else _number(value) if isinstance(value, float) else str(value)


def _in_words(field: SettingField, value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "on" if value else "off"
    shown = shown_value(field, value)
    text = ", ".join(shown) if isinstance(shown, list) else str(shown)
    text = text if len(text) <= 80 else text[:77] + "..."
    return text or "empty"


def _number(value: float) -> str:
    return f"{value:.10g}"
