"""What came of trying a describer with one question about a drawn picture; a record, no work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DescriberTrial:
    """A describer's reply to one question about one picture.

    reason: why this describer was chosen. question: empty where it asks no model. reply: None where
    none came; `error` then says why. supports: what it turned out to do, a sentence each.
    """

    name: str
    reason: str
    question: str = ""
    reply: str | None = None
    error: str = ""
    seconds: float = 0.0
    supports: tuple[str, ...] = ()
    picture_png: bytes = b""
