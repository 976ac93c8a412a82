"""A chat that judges windows by their brightness, and drives whose bright seconds are known."""

from pathlib import Path

import numpy as np

from models.interfaces import ChatReply, ChatRequest
from tests.fakes import FakeChat
from utils.clip import Clip, VideoInfo


def bright_chat() -> FakeChat:
    """P(yes) is the brightness of the window's last picture."""
    return FakeChat(_judge, name="bright")


def _judge(request: ChatRequest) -> ChatReply:
    yes = float(request.frames.frames[-1].mean()) / 255
    text = "Yes" if yes > 0.5 else "No"
    return ChatReply(text, complete=True, seconds=0.1, choice_scores=(yes, 1 - yes))


def drive(count: int, rate_fps: float, bright_s: tuple[float, float] = (0.0, 0.0)) -> Clip:
    """Frames of 32 px, dark but for one stretch; the video itself is 160x90 px."""
    times_s = np.arange(count) / rate_fps
    frames = np.full((count, 32, 32, 3), 20, np.uint8)
    frames[(times_s >= bright_s[0]) & (times_s < bright_s[1])] = 230
    return Clip(frames, times_s, np.arange(count) * 5, VideoInfo(Path("d.mp4"), 160, 90, None, 60))
