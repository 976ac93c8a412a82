"""The typed answers of all tasks: yes or no, free texts, moments, spans, scene metadata.

Text forms are CrashChat's to the letter (`Yes`, `2.4 seconds`, `3.9 - 5.0 seconds`,
`no collision.`). Which question wants which answer is in `utils.tasks`.
"""

import math
import re
from typing import Any, ClassVar, Self

from pydantic import Field, computed_field, model_validator

from utils.scene_metadata import SceneMetadata as SceneMetadata
from utils.typed_answer import TypedAnswer as TypedAnswer

MAX_TIME_S = 99_999.0  # more than a day
MAX_TEXT = 4000
_NUMBER = r"(\d{1,5}(?:\.\d{1,3})?)"
_MOMENT = re.compile(rf"{_NUMBER} seconds?\.?")
_SPAN = re.compile(rf"{_NUMBER} ?- ?{_NUMBER} seconds?\.?")
_VERBS = (
    "has failure of components", "is out of control", "is overtaken by", "falls down",
    "overtakes", "scratches", "hits",
)  # fmt: skip
_CRASH = re.compile(rf"(?P<subject>\S.*?) (?P<verb>{'|'.join(_VERBS)})(?: (?P<object>.+?))?\.?")
_YES_NO = {"yes": True, "no": False, "1": True, "0": False}


class YesNo(TypedAnswer):
    """Yes or no; 1 and 0 mean the same."""

    choices: ClassVar[tuple[str, ...]] = ("Yes", "No")
    form: ClassVar[str] = "Yes or No"
    answer: bool

    @classmethod
    def parse(cls, text: str) -> Self | None:
        said = _YES_NO.get(text.strip().removesuffix(".").casefold())
        return super().parse(text) if said is None else cls(answer=said)

    def to_text(self) -> str:
        return "Yes" if self.answer else "No"


class FreeText(TypedAnswer):
    """Prose."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        text = text.strip()
        return cls.model_validate({"text": text}) if 0 < len(text) <= MAX_TEXT else None

    def to_text(self) -> str:
        return self.text

    def prose(self) -> str:
        return self.text


class CrashText(FreeText):
    """Prose about a crash, or the fixed text that says there is none."""

    nothing: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _without_derived(cls, values: Any) -> Any:
        derived = cls.model_computed_fields
        return {k: v for k, v in values.items() if k not in derived} if derived else values

    @computed_field  # type: ignore[prop-decorator]
    @property
    def accident(self) -> bool:
        """Whether the text speaks of an accident."""
        return _plain(self.text) != _plain(self.nothing)


class CrashDescription(CrashText):
    """`[subject] [verb] [object]`; the three are None where the text is `no collision.`

    They are also None where the text uses another verb than CrashChat's.
    """

    nothing: ClassVar[str] = "no collision."

    @computed_field  # type: ignore[prop-decorator]
    @property
    def subject(self) -> str | None:
        """Who: `ego-car`."""
        return self._part("subject")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verb(self) -> str | None:
        """Does what: `hits`."""
        return self._part("verb")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def object(self) -> str | None:
        """To whom, where the verb has an object: `a crossing car`."""
        return self._part("object")

    def _part(self, name: str) -> str | None:
        found = _CRASH.fullmatch(self.text)
        return found[name] if found else None


class CrashCause(CrashText):
    """The likely cause in one sentence."""

    nothing: ClassVar[str] = "No accident, no cause."


class CrashPrevention(CrashText):
    """What would have prevented it, in a paragraph."""

    nothing: ClassVar[str] = "No accident, no prevention needed."


class _Timed(TypedAnswer):
    """Seconds in records and texts; whole tenths in the JSON that a decoder is held to.

    A decoder without a bound writes digits for ever, so decimals are never asked for.
    """

    @model_validator(mode="before")
    @classmethod
    def _tenths(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return dict(_in_seconds(key, value) for key, value in values.items())

    @classmethod
    def model_json_schema(cls, *args: Any, **more: Any) -> dict[str, Any]:
        return cls.schema_within(0.0, MAX_TIME_S)

    @classmethod
    def schema_within(cls, start_s: float, end_s: float) -> dict[str, Any]:
        names = [name.removesuffix("_s") + "_tenths_s" for name in cls.model_fields]
        first, last = math.floor(max(start_s, 0.0) * 10), math.ceil(min(end_s, MAX_TIME_S) * 10)
        tenths = {"type": "integer", "minimum": first, "maximum": last}
        return {
            "type": "object",
            "properties": dict.fromkeys(names, tenths),
            "required": names,
            "additionalProperties": False,
        }


class TimePoint(_Timed):
    """A moment: `2.4 seconds`, or `{"time_tenths_s": 24}` from a constrained decoder."""

    form: ClassVar[str] = "a time such as 2.4 seconds"
    json_form: ClassVar[str] = 'JSON in tenths of a second: 2.4 seconds is {"time_tenths_s": 24}'
    time_s: float = Field(ge=0, le=MAX_TIME_S)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = _MOMENT.fullmatch(text.strip())
        return cls(time_s=float(found[1])) if found else super().parse(text)

    def to_text(self) -> str:
        return f"{self.time_s:.1f} seconds"


class TimeSpan(_Timed):
    """An interval: `3.9 - 5.0 seconds`, start first."""

    form: ClassVar[str] = "a range such as 3.9 - 5.0 seconds, start first"
    json_form: ClassVar[str] = (
        "JSON in tenths of a second: 3.9 - 5.0 seconds is "
        '{"start_tenths_s": 39, "end_tenths_s": 50}'
    )
    start_s: float = Field(ge=0, le=MAX_TIME_S)
    end_s: float = Field(ge=0, le=MAX_TIME_S)

    @model_validator(mode="after")
    def _start_first(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError("the end lies before the start")
        return self

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = _SPAN.fullmatch(text.strip())
        if found is None:
            return super().parse(text)
        start_s, end_s = float(found[1]), float(found[2])
        return cls(start_s=start_s, end_s=end_s) if start_s <= end_s else None

    def to_text(self) -> str:
        return f"{self.start_s:.1f} - {self.end_s:.1f} seconds"


def _in_seconds(key: str, value: Any) -> tuple[str, Any]:
    tenths = key.endswith("_tenths_s") and isinstance(value, int)
    return (key.removesuffix("_tenths_s") + "_s", value / 10) if tenths else (key, value)


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()
