"""Whether a WAV file is complete, and how long it is: speech engines return before they end."""

import struct
import wave
from array import array
from pathlib import Path

MIN_LENGTH_S = 0.05


def is_complete_wave(path: Path) -> bool:
    """True where the RIFF header's length equals the file's and there is sound data."""
    try:
        with path.open("rb") as file:
            header = file.read(12)
        size_bytes = path.stat().st_size
    except OSError:
        return False
    if len(header) < 12 or header[:4] != b"RIFF" or header[8:] != b"WAVE":
        return False
    return bool(struct.unpack("<I", header[4:8])[0] + 8 == size_bytes > 44)


def wave_length_s(path: Path) -> float:
    """The length in seconds. Raises wave.Error or EOFError where it is no PCM WAV."""
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def loudest_sample(path: Path) -> int:
    """The largest absolute sample of a 16-bit WAV, 0 to 32768; 0 means silence."""
    with wave.open(str(path), "rb") as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    return max(max(samples, default=0), -min(samples, default=0))
