"""What the answers of CrashChat's tasks say about a video; knows nothing of how files are laid out.

Answer formats: Yes/No; `3.9 - 5.0 seconds`; `2.4 seconds`; sentences, with fixed ones for no crash.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils.datasets.json_file import JsonFile
from utils.datasets.json_place import Place
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, Split

TASKS = {  # as in file names -> attribute of the draft
    "pre_crash_localization": "alert",  # before the name that it contains
    "crash_localization": "span",
    "crash_recognition": "recognition",
    "crash_description": "description",
    "cause_reasoning": "cause",
    "causal_reasoning": "cause",
    "prevention_reasoning": "prevention",
}
NOTHING = {"no collision", "no accident, no cause", "no accident, no prevention needed"}
NUMBER = r"(\d{1,6}(?:\.\d{1,9})?)"
SPAN = re.compile(rf"{NUMBER} ?- ?{NUMBER} seconds?\.?")
MOMENT = re.compile(rf"{NUMBER} seconds?\.?")


def task_of(stem: str) -> str:
    """What a file of this name asks, as an attribute of `Draft`; empty for other files."""
    return next((task for name, task in TASKS.items() if name in stem), "")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer and where it stands."""

    video: str
    source: str
    task: str
    text: str
    file: JsonFile[Any]
    place: Place

    def fail(self, wanted: str) -> AnnotationError:
        """An error that names the answer's place and text."""
        return self.file.fail(self.place, f"{wanted}, not {self.text[:60]!r}")


class Draft:
    """What the answers about one video say so far."""

    def __init__(self, first: Said, split: Split) -> None:
        self._first = first
        self._split = split
        self._said: dict[str, Said] = {}
        self._span_s: tuple[float, float] | None = None
        self._alert_s: float | None = None

    def add(self, said: Said) -> None:
        """Take an answer in. Raises AnnotationError where its text is not what its task asks."""
        self._said[said.task] = said
        if said.task == "recognition" and said.text.rstrip(".") not in ("Yes", "No"):
            raise said.fail("Yes or No is needed")
        if said.task == "span":
            self._span_s = _span_s(said)
        if said.task == "alert":
            self._alert_s = _moment_s(said)

    def clip(self, video_dir: Path) -> LabeledClip:
        """The clip. Raises AnnotationError where answers contradict each other."""
        crash = self._is_crash()
        number = self._first.place[0]
        path = self._first.file.video((number, "video", 0), video_dir, self._first.video)
        self._check_order(crash)
        causes = {name: self._sentence(name) for name in ("cause", "prevention")}
        return LabeledClip(
            path=path,
            kind="crash" if crash else "normal",
            events_s=(self._span_s[0],) if self._span_s else (),
            group=_group(path.stem),
            split=self._split,
            spans_s=(self._span_s,) if self._span_s else (),
            alert_s=self._alert_s,
            dataset=f"crashchat/{self._first.source}",
            tags={name: text for name, text in causes.items() if text},
            caption=self._sentence("description"),
        )

    def _is_crash(self) -> bool:
        answer = self._said.get("recognition")
        if answer is not None:
            return answer.text.startswith("Yes")
        times = self._span_s is not None or self._alert_s is not None
        return times or any(self._sentence(n) for n in ("description", "cause", "prevention"))

    def _check_order(self, crash: bool) -> None:
        timed = self._said.get("span") or self._said.get("alert")
        if timed is not None and not crash:
            raise timed.fail("the recognition answer is No, so no time is right")
        alert_s, span_s = self._alert_s, self._span_s
        if alert_s is not None and span_s is not None and alert_s > span_s[0]:
            wanted = f"a sign before the crash at {span_s[0]} s is needed"
            raise self._said["alert"].fail(wanted)

    def _sentence(self, task: str) -> str:
        """The text of a task, empty where it says that nothing happened."""
        said = self._said.get(task)
        nothing = said is None or said.text.rstrip(".").lower() in NOTHING
        return "" if nothing or said is None else said.text


def _group(stem: str) -> str:
    """The video's name; DADA's videos are one group with those read from DADA itself."""
    return f"dada/{stem[5:]}" if stem.startswith("dada_") else f"crashchat/{stem}"


def _span_s(said: Said) -> tuple[float, float]:
    found = SPAN.fullmatch(said.text)
    if found is None or float(found[1]) > float(found[2]):
        raise said.fail("a range such as '3.9 - 5.0 seconds' is needed, start first")
    return float(found[1]), float(found[2])


def _moment_s(said: Said) -> float:
    found = MOMENT.fullmatch(said.text)
    if found is None:
        raise said.fail("a moment such as '2.4 seconds' is needed")
    return float(found[1])
