"""The speech process: one request as JSON on stdin, one reply as JSON on stdout, then it ends.

pyttsx3 returns before the file is complete, sticks in threads and can crash with the engine, so it
never runs inside the program itself. Run as `python -m utils.speech_worker`; see `utils.speech`.
"""

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from utils.wave_file import is_complete_wave

POLL_S = 0.02
AFCONVERT = ("/usr/bin/afconvert", "-f", "WAVE", "-d", "LEI16")


class EngineMissingError(Exception):
    """No speech engine can be started on this machine."""


def main() -> None:
    """Answer one request."""
    reply_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the libraries print; stdout is for the reply alone
    reply = _answer(json.load(sys.stdin))
    json.dump(reply, reply_to)
    reply_to.flush()
    os._exit(0)  # eSpeak NG may abort when the interpreter unloads it


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        engine = _start_engine()
        if request["task"] == "voices":
            return {"voices": _voices(engine)}
        _speak(engine, request)
    except EngineMissingError as error:
        return {"missing": str(error)}
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        return {"error": str(error) or type(error).__name__}
    return {}


def _start_engine() -> Any:
    try:
        if sys.platform.startswith("linux"):
            _load_espeak()
        import pyttsx3

        return pyttsx3.init("espeak" if sys.platform.startswith("linux") else None)
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineMissingError(str(error)) from error


def _load_espeak() -> None:
    """Load the packaged eSpeak NG, so that pyttsx3 finds it without a system package."""
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)


def _voices(engine: Any) -> list[dict[str, Any]]:
    return [
        {"id": voice.id, "name": voice.name, "languages": [str(tag) for tag in voice.languages]}
        for voice in engine.getProperty("voices")
    ]


def _speak(engine: Any, request: dict[str, Any]) -> None:
    if request["voice"]:
        engine.setProperty("voice", _voice_id(engine, request["voice"]))
    engine.setProperty("rate", request["rate_wpm"])
    path = Path(request["path"])
    engine.save_to_file(request["text"], str(path))
    engine.runAndWait()
    _await_wave(path, time.monotonic() + request["timeout_s"])


def _voice_id(engine: Any, wanted: str) -> str:
    """The engine ignores an unknown voice silently, so it is looked up here."""
    for voice in _voices(engine):
        if wanted.casefold() in (voice["id"].casefold(), voice["name"].casefold()):
            return str(voice["id"])
    raise ValueError(f"there is no voice {wanted!r}; leave speech.voice empty for the default")


def _await_wave(path: Path, deadline: float) -> None:
    """Wait for the whole file; macOS writes AIFF under any name, which is converted."""
    while not is_complete_wave(path):
        if sys.platform == "darwin" and path.read_bytes()[:4] == b"FORM":
            _convert_aiff(path)
        if time.monotonic() > deadline:
            raise RuntimeError("the engine wrote no complete WAV file")
        time.sleep(POLL_S)


def _convert_aiff(path: Path) -> None:
    source = path.with_suffix(".aiff")
    path.replace(source)
    try:
        subprocess.run([*AFCONVERT, str(source), str(path)], check=True, timeout=10)  # noqa: S603
    finally:
        source.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
