"""YesNoTrigger: a chat is asked, window by window, whether a collision is likely to come.

A window ends at a frame and reaches back from it; its score belongs to that frame and is held until
the next window ends. The answer is a forecast: nothing after the frame is shown. At the start of
a video windows hold what there is so far.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from models.interfaces import Chat, FrameEncoder
from models.triggers.window_questions import (
    SLACK_S,
    Frame,
    Verdicts,
    WindowPlan,
    each_frame,
    judge,
    make_window,
)
from utils.calibration import Calibration
from utils.clip import Clip, Sampling, ScoreTrack
from utils.tasks import task_named

RISK_TASK = task_named("crash_risk")
RISK_AHEAD_S = 2.0  # "within 1 to 2 seconds"
RISK_LABEL = "imminent risk"


class YesNoTrigger:
    """Scores by a yes-or-no question about every window; see `models.interfaces.Trigger`."""

    label = RISK_LABEL
    threshold = 0.5  # yes is likelier than no
    calibration: Calibration | None = None
    frame_encoder: FrameEncoder | None = None

    def __init__(self, chat: Chat, plan: WindowPlan, *, stride_s: float = 1.0) -> None:
        self.chat = chat
        self.plan = plan
        self.stride_s = stride_s
        self.name = f"yes or no by {chat.name}"
        rate_fps = plan.frames / plan.length_s
        self.sampling = Sampling(rate_fps, (plan.side_px, plan.side_px))

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        """Consecutive pieces of the track, one per batch of windows.

        Raises ModelUnavailableError where the chat cannot run.
        """
        stream = _Stream(self.plan, self.stride_s)
        for frame in each_frame(clips):
            stream.add(frame)
            if len(stream.windows) == self.plan.batch_size:
                yield self._judged(stream)
        if stream.waiting:
            yield self._judged(stream)

    def _judged(self, stream: "_Stream") -> ScoreTrack:
        windows = stream.windows
        verdicts = judge(self.chat, RISK_TASK, windows) if windows else Verdicts((), ())
        levels = (stream.level, *verdicts.scores)
        rows, stream.waiting = stream.waiting, []
        stream.level, stream.windows = levels[-1], []
        return ScoreTrack(
            np.array([row.time_s for row in rows]),
            np.array([levels[row.window] for row in rows]),
            np.array([row.index for row in rows]),
            self.name,
            span_s=self.plan.length_s,
            horizon_s=RISK_AHEAD_S,
            windows_asked=len(windows),
            notes=verdicts.notes,
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """A frame without a score yet. window: which of the waiting windows gives it, 0 = before."""

    time_s: float
    index: int
    window: int


@dataclass(slots=True)
class _Stream:
    """What is kept of one video: the last window's frames, and what waits for the next batch."""

    plan: WindowPlan
    stride_s: float
    recent: deque[Frame] = field(default_factory=deque)
    windows: list[Clip] = field(default_factory=list)
    waiting: list[_Row] = field(default_factory=list)
    level: float = 0.0
    asked_s: float = -np.inf

    def add(self, frame: Frame) -> None:
        """Take the next frame; where a stride has passed, a window ends with it."""
        self.recent.append(frame)
        while self.recent[0].time_s <= frame.time_s - self.plan.length_s + SLACK_S:
            self.recent.popleft()
        if frame.time_s - self.asked_s >= self.stride_s - SLACK_S:
            self.windows.append(make_window(list(self.recent), self.plan))
            self.asked_s = frame.time_s
        self.waiting.append(_Row(frame.time_s, frame.index, len(self.windows)))
