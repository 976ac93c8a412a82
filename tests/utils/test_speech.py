"""Real speech through the packaged engine, and every way it can fail."""

import sys
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.waiting import HANG_S
from utils.errors import ModelUnavailableError, OutputError
from utils.settings import SpeechSettings
from utils.speech import (
    MAX_CHARACTERS,
    SpeechWorker,
    Voice,
    VoiceList,
    list_voices,
    speak,
    spoken_text,
)
from utils.wave_file import is_complete_wave

SENTENCE = "Two events were found in one minute of video. The highest score is at twelve seconds."
DEFAULT = SpeechSettings()


def loudness(path: Path) -> tuple[float, float]:
    """Length in seconds and RMS of a 16-bit WAV."""
    with wave.open(str(path), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
        return len(samples) / sound.getframerate(), float(np.sqrt((samples**2).mean()))


def fake_worker(code: str, timeout_s: float = HANG_S) -> SpeechWorker:
    return SpeechWorker((sys.executable, "-c", f"import json, sys, time\n{code}"), timeout_s)


def test_a_summary_is_spoken_at_the_rate_that_was_asked_for(tmp_path: Path) -> None:
    lengths = []
    for rate_wpm in (120, 240):
        path = tmp_path / f"{rate_wpm}.wav"
        speak(SENTENCE, path, SpeechSettings(rate_wpm=rate_wpm))
        length_s, rms = loudness(path)
        assert 0.5 < length_s / (len(SENTENCE.split()) * 60 / rate_wpm) < 1.7
        assert rms > 500
        lengths.append(length_s)
    assert lengths[0] > 1.5 * lengths[1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["120.wav", "240.wav"]


@pytest.mark.parametrize(
    "text", ["Sentence one is here. " * 3500, "a\0b <b>12</b> \U0001f697 é 事故"]
)
def test_long_and_odd_texts_give_a_complete_file(text: str, tmp_path: Path) -> None:
    speak(text, tmp_path / "s.wav", DEFAULT, worker=SpeechWorker(timeout_s=HANG_S))
    assert is_complete_wave(tmp_path / "s.wav")
    assert loudness(tmp_path / "s.wav")[0] < 200


def test_four_calls_at_once_all_speak(tmp_path: Path) -> None:
    def call(number: int) -> float:
        path = tmp_path / f"{number}.wav"
        speak(f"call number {number}. " * 20, path, DEFAULT, worker=SpeechWorker(timeout_s=HANG_S))
        return loudness(path)[0]

    with ThreadPoolExecutor(4) as pool:
        assert min(pool.map(call, range(4))) > 5


def test_voices_are_listed_and_chosen_by_id(tmp_path: Path) -> None:
    voices = list_voices()
    english = next(v for v in voices if "english" in v.name.lower())
    speak("hello there", tmp_path / "s.wav", SpeechSettings(voice=english.id))
    assert len(voices) > 0


def test_voices_are_asked_for_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    code = (
        f"open({str(asked)!r}, 'a').write('x')\n"
        "print(json.dumps({'voices': [{'id': 'a', 'name': 'Anna', 'languages': ['de']}]}))"
    )
    voices = VoiceList(fake_worker(code))
    with ThreadPoolExecutor(3) as pool:
        lists = list(pool.map(lambda _: voices.get(), range(6)))
    assert lists == [[Voice("a", "Anna", ("de",))]] * 6
    assert asked.read_text() == "x"
    lists[0].clear()  # a caller's list is its own
    assert len(voices.get()) == 1


@pytest.mark.parametrize(
    "code",
    [
        "print(json.dumps({'missing': 'no library'}))",
        "sys.exit(3)",
        "time.sleep(600)",
        "print('{')",
    ],
)
def test_without_an_engine_there_are_no_voices_and_nobody_waits_long(code: str) -> None:
    started = time.monotonic()
    assert VoiceList(fake_worker(code, timeout_s=0.8)).get() == []
    assert time.monotonic() - started < HANG_S


def test_an_engine_that_failed_is_asked_again(tmp_path: Path) -> None:
    flag = tmp_path / "up"
    code = (
        f"import pathlib\nif not pathlib.Path({str(flag)!r}).exists(): sys.exit(1)\n"
        "print(json.dumps({'voices': [{'id': 'a', 'name': 'Anna', 'languages': []}]}))"
    )
    voices = VoiceList(fake_worker(code))
    assert voices.get() == []
    flag.touch()
    assert [voice.name for voice in voices.get()] == ["Anna"]


def test_an_unknown_voice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no voice 'nobody'"):
        speak("hello", tmp_path / "s.wav", SpeechSettings(voice="nobody"))


@pytest.mark.parametrize("text", ["", " \n\t", "\0\x07", "\ud800"])
def test_nothing_to_say_is_a_reason_not_a_crash(text: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no text to speak"):
        speak(text, tmp_path / "s.wav", DEFAULT)


def test_a_long_text_is_cut_after_a_sentence() -> None:
    cut = spoken_text("One two three. " * 400)
    assert len(cut) <= MAX_CHARACTERS
    assert cut.endswith("three.")
    assert len(spoken_text("x" * 5000)) == MAX_CHARACTERS
    assert spoken_text("one " * 1000).endswith("one")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", "signal 11"),
        ("sys.exit(7)", "exit code 7"),
        ("print('hello')", "no reply"),
        ("print(json.dumps({'error': 'boom\\nline'}))", "no audio: boom line"),
        ("print('{}')", "incomplete file"),
        (
            "p = json.load(sys.stdin)['path']; open(p, 'wb').write(b'RIFF1234WAVE' + b'x' * 99)"
            "; print('{}')",
            "incomplete file",
        ),
        (
            "import wave; w = wave.open(json.load(sys.stdin)['path'], 'wb'); w.setnchannels(1)"
            "; w.setsampwidth(2); w.setframerate(22050); w.writeframes(bytes(22050)); w.close()"
            "; print('{}')",
            "silence",
        ),
    ],
)
def test_a_broken_engine_gives_a_reason_and_no_file(code: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=reason):
        speak("hello", tmp_path / "s.wav", DEFAULT, worker=fake_worker(code))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_engine_says_what_to_install(tmp_path: Path) -> None:
    worker = fake_worker("print(json.dumps({'missing': 'no library'}))")
    with pytest.raises(ModelUnavailableError, match="pip install pyttsx3 espeakng-loader"):
        speak("hello", tmp_path / "s.wav", DEFAULT, worker=worker)


def test_a_hanging_engine_is_ended_with_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    child = f"import time; time.sleep(1.5); open({str(marker)!r}, 'w').close()"
    begin = f"import subprocess; subprocess.Popen([sys.executable, '-c', {child!r}])"
    code = f"{begin}; time.sleep(600)"
    started = time.monotonic()
    with pytest.raises(OutputError, match=r"more than 0\.5 s"):
        speak("hello", tmp_path / "s.wav", DEFAULT, worker=fake_worker(code, timeout_s=0.5))
    assert time.monotonic() - started < HANG_S
    time.sleep(1.6)
    assert list(tmp_path.iterdir()) == []
