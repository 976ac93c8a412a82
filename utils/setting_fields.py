"""Every setting as a field of a form: name, unit, meaning, range and the kind of control it needs.

Made from the settings classes, so that nothing is written twice. Pure; knows no screen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from utils.config import parse_yaml
from utils.settings import Settings

Kind = Literal["switch", "choice", "choices", "whole", "number", "text", "prompt", "list", "yaml"]

UNITS = {
    "s": "seconds",
    "px": "pixels",
    "fps": "frames per second",
    "mib": "MiB",
    "gib": "GiB",
    "wpm": "words per minute",
}
WORDS = {
    "max": "most",
    "min": "least",
    "num": "number of",
    "dir": "folder",
    "env": "variable",
    "val": "validation",
    "dims": "widths",
    "dim": "size",
    "vlm": "VLM",
    "llm": "LLM",
    "llava": "LLaVA",
    "api": "API",
    "wandb": "Weights & Biases",
}
PROMPT_CHARACTERS = 200
_BOUNDS = ("ge", "gt", "le", "lt")


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting. lowest, highest: as words of the range; optional: may be empty (null)."""

    key: str
    label: str
    unit: str
    help: str
    kind: Kind
    choices: tuple[str, ...]
    lowest: float | None
    highest: float | None
    range: str
    optional: bool
    default: Any

    def read(self, raw: Any) -> Any:
        """What a form's control holds as a value for `utils.config.validate`, which checks it.

        Raises ConfigError for text that is no YAML.
        """
        if not isinstance(raw, str) or self.kind in ("prompt", "switch"):
            return raw
        text = raw.strip()
        if self.optional and not text:
            return None
        if self.kind == "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        if self.kind == "yaml":
            return parse_yaml(f"value: {text or '[]'}", source=self.key)["value"]
        return text


@dataclass(frozen=True, slots=True)
class SettingSection:
    """A section, such as `trigger.vlm`, without the sections inside it; "" is the top level."""

    key: str
    title: str
    fields: tuple[SettingField, ...]


@cache
def setting_sections() -> tuple[SettingSection, ...]:
    """Every section in the order of config.yaml."""
    return tuple(_sections(Settings, ""))


@cache
def setting_fields() -> Mapping[str, SettingField]:
    """Every setting by its key, such as `events.merge_gap_s`."""
    return {field.key: field for section in setting_sections() for field in section.fields}


def value_of(settings: BaseModel, key: str) -> Any:
    """The value of a setting by its key."""
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


def nested(key: str, value: Any) -> dict[str, Any]:
    """`a.b` and a value as {a: {b: value}}."""
    tree = value
    for part in reversed(key.split(".")):
        tree = {part: tree}
    return dict(tree)


def bounds(field: FieldInfo) -> dict[str, float]:
    """The range of a setting by the names of pydantic: ge, gt, le, lt."""
    return {
        name: getattr(rule, name)
        for rule in (*field.metadata, *_inner_metadata(field.annotation))
        for name in _BOUNDS
        if isinstance(getattr(rule, name, None), int | float)
    }


def _sections(model: type[BaseModel], path: str) -> Iterator[SettingSection]:
    plain: dict[str, FieldInfo] = {}
    inner: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        (inner if isinstance(field.default, BaseModel) else plain)[name] = field
    title = (model.__doc__ or "").splitlines()[0].rstrip(".")
    fields = tuple(_field(f"{path}{name}", name, field) for name, field in plain.items())
    yield SettingSection(path.rstrip("."), title, fields)
    for name, field in inner.items():
        yield from _sections(type(field.default), f"{path}{name}.")


def _field(key: str, name: str, field: FieldInfo) -> SettingField:
    kind, choices = _kind(field.annotation, field.default)
    label, unit = _label(name)
    limits = bounds(field)
    return SettingField(
        key=key,
        label=label,
        unit=unit,
        help=field.description or "",
        kind=kind,
        choices=choices,
        lowest=limits.get("ge", limits.get("gt")),
        highest=limits.get("le", limits.get("lt")),
        range=_range(limits),
        optional=type(None) in get_args(field.annotation),
        default=field.default,
    )


def _kind(annotation: Any, default: Any) -> tuple[Kind, tuple[str, ...]]:
    inner = _without_null(annotation)
    if get_origin(inner) is Literal:
        return "choice", get_args(inner)
    if get_origin(inner) is tuple:
        return _kind_of_list(get_args(inner)[0])
    kinds: dict[type, Kind] = {bool: "switch", int: "whole", float: "number"}
    if inner in kinds:
        return kinds[inner], ()
    return ("prompt" if len(str(default)) > PROMPT_CHARACTERS else "text"), ()


def _kind_of_list(member: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(member) is Literal:
        return "choices", get_args(member)
    is_section = isinstance(member, type) and issubclass(member, BaseModel)
    return ("yaml" if is_section else "list"), ()


def _without_null(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _inner_metadata(annotation: Any) -> tuple[Any, ...]:
    """Rules of the type inside `X | None`."""
    rules: list[Any] = []
    for part in get_args(annotation):
        if get_origin(part) is Annotated:
            for rule in get_args(part)[1:]:
                rules += getattr(rule, "metadata", [rule])
    return tuple(rules)


def _label(name: str) -> tuple[str, str]:
    """The name in words and its unit, which is the name's last part."""
    *words, last = name.split("_")
    unit = UNITS.get(last, "") if words else ""
    text = " ".join(WORDS.get(word, word) for word in (words if unit else [*words, last]))
    return text[:1].upper() + text[1:], unit


def _range(limits: Mapping[str, float]) -> str:
    words = {
        "ge": "at least {:g}",
        "gt": "more than {:g}",
        "le": "at most {:g}",
        "lt": "below {:g}",
    }
    if {"ge", "le"} <= set(limits):
        return f"{limits['ge']:g} to {limits['le']:g}"
    return ", ".join(words[name].format(limits[name]) for name in _BOUNDS if name in limits)
