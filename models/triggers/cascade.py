"""CascadeTrigger: the network proposes stretches of video, a chat confirms them or not.

A proposed stretch is where the network's score is at least a low threshold, and half a window long
at most. The chat sees one window around it, so that quiet driving costs no question. The scores
of the stretch are the mean of both, so that a sure yes lifts a weak proposal, and a sure no drops a
strong one, past 0.5. Other frames keep the network's.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from models.interfaces import Chat, Trigger
from models.triggers.window_questions import (
    SLACK_S,
    Frame,
    Verdicts,
    WindowPlan,
    each_frame,
    judge,
    make_window,
)
from models.triggers.yes_no import RISK_AHEAD_S, RISK_TASK
from utils.calibration import Calibration
from utils.clip import Clip, Sampling, ScoreTrack
from utils.tasks import task_named
from utils.video.picture import resize_pixels

SEEN_TASK = task_named("crash_recognition")


class CascadeTrigger:
    """A trigger whose proposals a chat confirms; see `models.interfaces.Trigger`.

    Where the first trigger says what is seen now, the chat is asked whether a collision happens in
    the window around the stretch; where it foresees, whether one is to come after the window, which
    then ends with the highest score.
    """

    threshold = 0.5  # network and chat together lean to yes
    calibration: Calibration | None = None  # the network's own was measured without the chat

    def __init__(
        self, first: Trigger, chat: Chat, plan: WindowPlan, *, propose_threshold: float = 0.15
    ) -> None:
        """Pictures are a whole multiple of the first trigger's, so that it sees what it would."""
        self.first = first
        self.chat = chat
        self.plan = plan
        self.propose_threshold = propose_threshold
        self.name = f"{first.name}, confirmed by {chat.name}"
        self.label = first.label
        self.frame_encoder = first.frame_encoder
        width, height = first.sampling.size_px
        times = max(1, round(plan.side_px / max(width, height)))
        self.sampling = Sampling(first.sampling.rate_fps, (times * width, times * height))

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        """Consecutive pieces of the track, one per stretch that is or is not proposed.

        Raises ModelUnavailableError where the chat cannot run.
        """
        coming: deque[Frame] = deque()
        stream: _Stream | None = None
        for piece in self.first.score(self._shrunk(clips, coming)):
            stream = stream or _Stream(self.plan, self.propose_threshold, piece)
            for level in piece.scores.tolist():
                stream.add(coming.popleft(), level)
            yield from self._parts(stream, complete=False)
        if stream is not None:
            yield from self._parts(stream, complete=True)

    def _shrunk(self, clips: Iterable[Clip], coming: deque[Frame]) -> Iterator[Clip]:
        """The clips as the first trigger wants them; the frames as they are go into `coming`."""
        for clip in clips:
            coming.extend(each_frame([clip]))
            small = [resize_pixels(pixels, self.first.sampling.size_px) for pixels in clip.frames]
            yield Clip(np.stack(small), clip.times_s, clip.frame_indices, clip.info)

    def _parts(self, stream: "_Stream", *, complete: bool) -> Iterator[ScoreTrack]:
        while (part := stream.next_part(complete=complete)) is not None:
            yield self._judged(stream, part)
            stream.forget(part.stop)

    def _judged(self, stream: "_Stream", part: "_Part") -> ScoreTrack:
        like = stream.like
        levels = np.array(stream.levels[stream.open : part.stop])
        verdicts = Verdicts((), ())
        if part.window:
            task = RISK_TASK if like.horizon_s else SEEN_TASK
            verdicts = judge(self.chat, task, [make_window(part.window, self.plan)])
            levels = (levels + verdicts.scores[0]) / 2
        frames = stream.frames[stream.open : part.stop]
        return ScoreTrack(
            np.array([frame.time_s for frame in frames]),
            levels,
            np.array([frame.index for frame in frames]),
            self.name,
            span_s=like.span_s,
            horizon_s=max(like.horizon_s, RISK_AHEAD_S) if like.horizon_s else 0.0,
            windows_asked=len(verdicts.scores),
            notes=verdicts.notes,
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """The next frames, up to row `stop`, that share their fate; window: what the chat is shown."""

    stop: int
    window: list[Frame]


@dataclass(slots=True)
class _Stream:
    """What is kept of one video: frames with the network's scores that are still needed.

    like: a piece of the network's track. open: the first row without a final score.
    """

    plan: WindowPlan
    propose_threshold: float
    like: ScoreTrack
    frames: list[Frame] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    open: int = 0

    def add(self, frame: Frame, level: float) -> None:
        """Take the next frame with the network's score."""
        self.frames.append(frame)
        self.levels.append(level)

    def next_part(self, *, complete: bool) -> _Part | None:
        """The next stretch whose window is known, or the quiet frames before it; None = later."""
        if self.open == len(self.frames):
            return None
        stop = self._stretch_end()
        if self.levels[self.open] < self.propose_threshold:
            return _Part(stop, [])
        end_s = self._window_end_s(stop)
        known = stop < len(self.frames) and self.frames[-1].time_s > end_s
        return _Part(stop, self._window(end_s)) if known or complete else None

    def _stretch_end(self) -> int:
        """Where the frames from the first open one on change sides, or are half a window long."""
        proposed = self.levels[self.open] >= self.propose_threshold
        last_s = self.frames[self.open].time_s + self.plan.length_s / 2 - SLACK_S
        for row in range(self.open + 1, len(self.frames)):
            too_long = proposed and self.frames[row].time_s >= last_s
            if too_long or (self.levels[row] >= self.propose_threshold) != proposed:
                return row
        return len(self.frames)

    def _window_end_s(self, stop: int) -> float:
        """Half a window after the stretch's middle; at its peak, where the network foresees."""
        if self.like.horizon_s:
            peak = self.open + int(np.argmax(self.levels[self.open : stop]))
            return self.frames[peak].time_s
        first_s, last_s = self.frames[self.open].time_s, self.frames[stop - 1].time_s
        return (first_s + last_s + self.plan.length_s) / 2

    def _window(self, end_s: float) -> list[Frame]:
        start_s = end_s - self.plan.length_s
        return [f for f in self.frames if start_s + SLACK_S < f.time_s <= end_s + SLACK_S]

    def forget(self, stop: int) -> None:
        """Rows before `stop` are done; drop the frames that no later window reaches back to."""
        oldest_s = self.frames[stop - 1].time_s - self.plan.length_s
        drop = next(row for row, f in enumerate(self.frames) if f.time_s > oldest_s)
        self.frames, self.levels = self.frames[drop:], self.levels[drop:]
        self.open = stop - drop
