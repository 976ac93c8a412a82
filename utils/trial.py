"""What came of asking the describer one question about a drawn picture; a record, no work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DescriberTrial:
    """A describer's reply to one question about one picture.

    reason: why this describer was chosen. reply: None where it failed, `error` says why then.
    supports: what it turned out to be able to do, a sentence each. picture_png: what it was shown.
    """

    name: str
    reason: str
    question: str
    reply: str | None
    error: str
    seconds: float
    supports: tuple[str, ...]
    picture_png: bytes
