"""What is made of an event on request and kept beside its report: a package, spoken words."""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from ui.context import Context
from ui.review.desk import Opened
from utils.errors import AppError
from utils.exports.evidence_package import write_evidence_package
from utils.plain_text import one_line
from utils.settings import SpeechSettings
from utils.speech import speak
from utils.wording import spoken_moment
from utils.writers.layout import safe_stem

Spoken = Literal["event", "video"]


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made, and the address to save or play it at."""

    name: str
    address: str
    size_bytes: int


class Extras:
    """Makes files, one at a time. Raises AppError."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()

    def package(self, opened: Opened) -> Made:
        """The evidence package of an event, made anew, since reviews may have changed."""
        event = opened.event
        name = f"{safe_stem(event.video)}-event-{event.number:03d}-evidence.zip"
        target = opened.layout.files_folder / name
        with self._lock:
            settings = self._context.settings.outputs
            path = write_evidence_package(self._context.library, event.id, target, settings)
        return self._lend(path, download=True)

    def speak(self, opened: Opened, what: Any, *, voice: Any = None, rate_wpm: Any = None) -> Made:
        """The event's or the video's summary as audio; the same words are spoken once."""
        if what not in get_args(Spoken):
            raise AppError("Say whether the event or the video is to be spoken.")
        settings = self._voice(voice, rate_wpm)
        text = spoken_words(opened, what)
        key = hashlib.sha256(f"{settings.model_dump_json()}\n{text}".encode()).hexdigest()[:16]
        path = opened.layout.files_folder / f"spoken-{key}.wav"
        with self._lock:
            if not path.is_file():
                speak(text, path, settings)
        return self._lend(path)

    def _voice(self, voice: Any, rate_wpm: Any) -> SpeechSettings:
        values = self._context.settings.speech.model_dump()
        asked = {"voice": voice, "rate_wpm": rate_wpm}
        try:
            return SpeechSettings.model_validate(
                values | {name: value for name, value in asked.items() if value not in (None, "")}
            )
        except ValidationError as error:
            raise AppError("Choose a voice of the list and 80 to 400 words per minute.") from error

    def _lend(self, path: Path, *, download: bool = False) -> Made:
        address = self._context.media.lend(path, download=download)
        return Made(path.name, address, path.stat().st_size)


def spoken_words(opened: Opened, what: Spoken) -> str:
    """What is said of an event or of its video."""
    event, report = opened.event, opened.report
    if what == "video":
        if report is None:
            raise AppError("There is no summary: the report of this video is gone.")
        return report.video_summary
    label = "Event" if event.label == "trigger" else one_line(event.label).capitalize()
    text = event.description or "It was not described."
    return f"{label} at {spoken_moment(event.peak_s)}, score {event.score:.2f}. {text}"
