"""Windows of a video, and a chat's probability of yes to a question about each.

Which windows are asked about is decided elsewhere. Times in a window count from its first frame:
how far the video has come must not reach the answer. Dims: T frames, H rows, W columns.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.interfaces import Chat, ChatReply, ChatRequest
from utils.answers import YesNo
from utils.clip import Clip, Frames, VideoInfo
from utils.errors import ModelUnavailableError
from utils.tasks import Task
from utils.video.picture import fit_size, resize_pixels

log = logging.getLogger(__name__)

SLACK_S = 1e-6  # times of frames are sums of fractions


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What a model is shown: length_s of video as at most `frames` pictures.

    side_px: the longer side of a picture, pixels. batch_size: windows asked about together.
    """

    length_s: float = 4.0
    frames: int = 8
    side_px: int = 512
    batch_size: int = 4


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture (H,W,3) with its time in seconds and its number in the file."""

    pixels: Frames
    time_s: float
    index: int
    info: VideoInfo


class Verdicts(NamedTuple):
    """One probability of yes per window, and what must be known to read them."""

    scores: tuple[float, ...]
    notes: tuple[str, ...]


def each_frame(clips: Iterable[Clip]) -> Iterator[Frame]:
    """The frames of consecutive clips, one by one."""
    for clip in clips:
        times = zip(clip.times_s.tolist(), clip.frame_indices.tolist(), strict=True)
        for pixels, (time_s, index) in zip(clip.frames, times, strict=True):
            yield Frame(pixels, time_s, index, clip.info)


def make_window(frames: Sequence[Frame], plan: WindowPlan) -> Clip:
    """The frames as a model is shown them: evenly thinned, in the video's own proportions."""
    rows = np.unique(np.linspace(0, len(frames) - 1, min(plan.frames, len(frames))).round())
    chosen = [frames[row] for row in rows.astype(int).tolist()]
    info = chosen[0].info
    size_px = fit_size((info.width_px, info.height_px), plan.side_px)
    return Clip(
        np.stack([resize_pixels(frame.pixels, size_px) for frame in chosen]),
        np.array([frame.time_s - chosen[0].time_s for frame in chosen]),
        np.array([frame.index for frame in chosen]),
        info,
    )


def judge(chat: Chat, task: Task, windows: Sequence[Clip]) -> Verdicts:
    """The probability of yes for each window; 1 or 0 where the chat gives no probabilities.

    Raises ModelUnavailableError where the chat cannot run, also when asked one by one.
    """
    requests = [
        ChatRequest(task.prompt, window, max_new_tokens=task.max_new_tokens, choices=YesNo.choices)
        for window in windows
    ]
    replies = _ask(chat, requests)
    said = [_probability(reply) for reply in replies]
    notes = []
    if any(reply.choice_scores is None for reply in replies):
        notes.append(f"{chat.name} gave no probabilities for some windows: these score 1 or 0")
    if any(score is None for score in said):
        notes.append(f"{chat.name} said neither yes nor no to some windows: these score 0")
    return Verdicts(tuple(score or 0.0 for score in said), tuple(notes))


def _ask(chat: Chat, requests: Sequence[ChatRequest]) -> list[ChatReply]:
    """A batch that fails is asked once more, one by one: a long video outlasts a short trouble."""
    try:
        return chat.ask(requests)
    except ModelUnavailableError as error:
        log.warning("%s; asking %s once more, one by one", error, chat.name)
        return [chat.ask([request])[0] for request in requests]


def _probability(reply: ChatReply) -> float | None:
    if reply.choice_scores is not None:
        return reply.choice_scores[YesNo.choices.index("Yes")] / sum(reply.choice_scores)
    answer = YesNo.parse(reply.text)
    return None if answer is None else float(answer.answer)
