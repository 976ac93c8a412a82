"""Text to a WAV file, offline, through pyttsx3 in a process of its own.

Speech is an extra: it fails with a reason within `TIMEOUT_S` and never blocks. No network voice.
"""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from utils.atomic import atomic_path
from utils.cancellation import NEVER, Cancellation
from utils.errors import ModelUnavailableError, OutputError
from utils.plain_text import one_line
from utils.settings import SpeechSettings
from utils.wave_file import MIN_LENGTH_S, is_complete_wave, loudest_sample, wave_length_s

MAX_CHARACTERS = 2000
TIMEOUT_S = 20.0
VOICES_TIMEOUT_S = 4.0
POLL_S = 0.1
WORKER = (sys.executable, "-m", "utils.speech_worker")
log = logging.getLogger(__name__)

_SENTENCE_END = re.compile(r"[.!?\u3002]\s")


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the engine; `id` is what settings name."""

    id: str
    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpeechWorker:
    """The command that speaks, how long it may take, and what ends it sooner with Cancelled."""

    command: Sequence[str] = WORKER
    timeout_s: float = TIMEOUT_S
    cancellation: Cancellation = NEVER

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The worker's reply. Raises ModelUnavailableError or OutputError with the reason."""
        request = {"timeout_s": self.timeout_s, **request}
        output, code = self._run(json.dumps(request))
        if code != 0:
            reason = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise OutputError(f"no audio: the speech engine ended with {reason}")
        try:
            reply = json.loads(output)
        except ValueError as error:
            raise OutputError("no audio: the speech engine gave no reply") from error
        if "missing" in reply:
            raise ModelUnavailableError(
                f"no audio: no speech engine ({one_line(reply['missing'])}); "
                "pip install pyttsx3 espeakng-loader"
            )
        if "error" in reply:
            raise OutputError(f"no audio: {one_line(reply['error'])}")
        return dict(reply)

    def _run(self, text: str) -> tuple[str, int]:
        """stdout and exit code; the whole process group is ended where time runs out."""
        process = subprocess.Popen(  # noqa: S603
            list(self.command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        try:
            output = self._reply(process, text)
        finally:
            _end(process)
        return output, process.returncode

    def _reply(self, process: subprocess.Popen[str], text: str) -> str:
        deadline = time.monotonic() + self.timeout_s
        rest: str | None = text
        while time.monotonic() < deadline:
            self.cancellation.check()
            try:
                return process.communicate(rest, timeout=POLL_S)[0]
            except subprocess.TimeoutExpired:
                rest = None  # what was not sent yet is remembered
        raise OutputError(f"no audio: speech took more than {self.timeout_s:g} s")


def speak(
    text: str, path: Path, settings: SpeechSettings, *, worker: SpeechWorker | None = None
) -> None:
    """Speak `text` into a 16-bit WAV file, wholly or not at all.

    Raises ModelUnavailableError where there is no engine, OutputError for every other reason.
    """
    spoken = spoken_text(text)
    if not spoken:
        raise OutputError("no audio: there is no text to speak")
    request = {"task": "speak", "text": spoken, **settings.model_dump()}
    with atomic_path(path.absolute()) as temporary:
        (worker or SpeechWorker()).ask({**request, "path": str(temporary)})
        _check(temporary)


class VoiceList:
    """The voices of the engine, asked for once; an engine that failed is asked again."""

    def __init__(self, worker: SpeechWorker) -> None:
        self._worker = worker
        self._lock = Lock()
        self._voices: list[Voice] = []

    def get(self) -> list[Voice]:
        """The voices; none where there is no engine or it does not answer in time."""
        with self._lock:
            if not self._voices:
                self._voices = self._ask()
            return list(self._voices)

    def _ask(self) -> list[Voice]:
        try:
            reply = self._worker.ask({"task": "voices"})
        except (ModelUnavailableError, OutputError) as error:
            log.warning("no voices: %s", error)
            return []
        return [Voice(v["id"], v["name"], tuple(v["languages"])) for v in reply["voices"]]


_VOICES = VoiceList(SpeechWorker(timeout_s=VOICES_TIMEOUT_S))


def list_voices() -> list[Voice]:
    """The voices of this machine's engine, quick from the second call on; none without an engine.

    Never waits longer than `VOICES_TIMEOUT_S`.
    """
    return _VOICES.get()


def spoken_text(text: str) -> str:
    """The text on one line without control characters, cut after a sentence if it is too long."""
    line = one_line(text)
    if len(line) <= MAX_CHARACTERS:
        return line
    head = line[:MAX_CHARACTERS]
    ends = [match.start() + 1 for match in _SENTENCE_END.finditer(head + " ")]
    cut = ends[-1] if ends else head.rfind(" ")
    return head[:cut].strip() if cut > 0 else head


def _check(path: Path) -> None:
    if not is_complete_wave(path):
        raise OutputError("no audio: the speech engine wrote an incomplete file")
    try:
        length_s, loudness = wave_length_s(path), loudest_sample(path)
    except (wave.Error, EOFError, ValueError) as error:
        raise OutputError(f"no audio: the speech file cannot be read back ({error})") from error
    if length_s < MIN_LENGTH_S or loudness == 0:
        raise OutputError("no audio: the speech engine wrote silence")


def _end(process: subprocess.Popen[str]) -> None:
    """End the worker and what it started, and collect it."""
    with suppress(OSError):
        if hasattr(os, "killpg") and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.wait()
