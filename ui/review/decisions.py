"""The decisions a person takes about an event: their words, keys and signs, and what is accepted.

What arrives here comes from a page or an API client, so every value is checked again.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ui.decisions import DECISION_NAMES
from utils.errors import AppError
from utils.library.records import Decision, Review

Reason = Literal[
    "",
    "shadow or reflection",
    "camera shake",
    "cut or edited video",
    "normal braking",
    "parked or passing traffic",
    "other",
]
REASONS: tuple[str, ...] = get_args(Reason)[1:]
MAX_NOTES = 4000


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision as the page offers it. sign: tells it apart without colour."""

    decision: Decision
    key: str
    sign: str

    @property
    def name(self) -> str:
        """What it is called."""
        return DECISION_NAMES[self.decision]


CHOICES = (
    Choice("confirmed", "1", "✓"),
    Choice("near_miss", "2", "!"),
    Choice("false_alarm", "3", "✕"),
    Choice("unsure", "4", "?"),
)


class ReviewForm(BaseModel):
    """A decision as it arrives."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    decision: Decision
    reason: Reason = ""
    notes: str = Field("", max_length=MAX_NOTES)
    start_s: float | None = Field(None, ge=0, le=1e6)
    end_s: float | None = Field(None, ge=0, le=1e6)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ReviewForm":
        if self.start_s is not None and self.end_s is not None and self.start_s >= self.end_s:
            raise ValueError("the corrected end must come after the corrected start")
        return self


def read_review(values: dict[str, Any]) -> Review:
    """The review that the values say. Raises AppError with a sentence for the user."""
    try:
        form = ReviewForm.model_validate(values)
    except ValidationError as error:
        raise AppError(_mend(error)) from error
    reason = form.reason if form.decision == "false_alarm" else ""
    return Review(form.decision, reason, form.notes.strip(), form.start_s, form.end_s)


def _mend(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"The review was not saved. {where}: {message}" if where else f"Not saved: {message}"
