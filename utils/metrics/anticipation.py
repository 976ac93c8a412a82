"""Accident anticipation as in UString and DSTA (src/eval_tools.py): AP, mTTA and TTA at recall 0.8.

A video counts as positive at a threshold when any of its frames before the accident reaches it.
The published code has quirks that change the figures; they are kept under names that end in
`_published`, and the figures without them stand beside. Dims: C clips, K thresholds, G recalls.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.metrics.frame_grid import common_rate, on_grid
from utils.metrics.ranking import RankedScores
from utils.metrics.scored_clip import ScoredClip

USUAL_RATE_FPS = 10.0
THRESHOLD_STEP = 0.001
NAMES = (
    "ap",
    "mtta_s",
    "tta_at_recall_80_s",
    "ap_published",
    "mtta_published_s",
    "tta_at_recall_80_published_s",
)


@dataclass(frozen=True, slots=True, eq=False)
class FramePredictions:
    """One video: scores of its frames (T,), its label, and the frame of its accident."""

    scores: Floats
    positive: bool
    accident: int

    @property
    def judged(self) -> Floats:
        """The frames that count: those before the accident, or all of a normal video."""
        return self.scores[: self.accident] if self.positive else self.scores


class AnticipationMeasure:
    """AP, mTTA and TTA at recall 0.8, as they should be and as the published code has them.

    The code multiplies a time relative to the accident's frame with the length of the clip, so its
    seconds are clip length / accident time too long (100/90 on DAD); a threshold of 0 counts normal
    videos as found; the group of the highest recall gives one of its values, not the best. It needs
    clips of one length: with others its seconds are unknown here.
    """

    names = NAMES

    def __init__(self, videos: Sequence[FramePredictions | None], rate_fps: float) -> None:
        """One entry per clip, None for a clip that is not judged.

        Raises AnnotationError without crash clips that have frames before their accident.
        """
        self.used = [r for r, v in enumerate(videos) if v is not None and len(v.judged)]
        kept = [v for v in videos if v is not None and len(v.judged)]
        self._rows = np.array(self.used, dtype=np.int64)
        self._positive = np.array([v.positive for v in kept], dtype=bool)
        if not self._positive.any() or self._positive.all():
            raise AnnotationError(
                "protocol anticipation: crash clips with the time of the accident and normal clips "
                f"are needed, not {int(self._positive.sum())} and {int((~self._positive).sum())}"
            )
        self._rate_fps = rate_fps
        self._accident = np.array([v.accident for v in kept], dtype=np.float64)
        self._lengths = np.array([len(v.judged) for v in kept])
        frames = {len(v.scores) for v in kept}
        self._clip_s = frames.pop() / rate_fps if len(frames) == 1 else float("nan")
        lowest = min(float(v.judged.min()) for v in kept)
        self._thresholds = np.arange(max(lowest, 0.0), 1.0, THRESHOLD_STEP)
        first = np.array([_first_reaching(v.judged, self._thresholds) for v in kept])
        self._found = np.isfinite(first).astype(np.float64)  # (C,K), products of floats are fast
        self._first = np.where(np.isfinite(first), first, 0.0)
        highest = np.array([float(v.judged.max()) for v in kept])
        self._ranked = RankedScores(highest, self._positive.astype(np.int64), np.arange(len(kept)))

    @classmethod
    def of_clips(cls, clips: Sequence[ScoredClip]) -> "AnticipationMeasure":
        """From tracks on the data set's frame grid, 10 per second where it has none."""
        rate_fps = common_rate([scored.clip for scored in clips], USUAL_RATE_FPS)
        return cls([_video(scored, rate_fps) for scored in clips], rate_fps)

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        mine = weights[self._rows].astype(np.float64)
        if not (mine @ self._positive and mine @ ~self._positive):
            return np.full(len(NAMES), np.nan)
        ap = self._ranked.curve(weights[self._rows]).average_precision()
        _, mtta_s, tta_s = self._summary(self._points(mine), published=False)
        points = self._points_published(mine)
        ap_code, mtta, tta = self._summary(points, published=True)
        return np.array([ap, mtta_s, tta_s, ap_code, mtta * self._clip_s, tta * self._clip_s])

    def _points(self, weights: Floats) -> "_Points":
        """Precision, recall and mean seconds before the accident at each threshold."""
        each = weights * self._positive
        right, above = each @ self._found, weights @ self._found
        total_s = ((each * self._accident) @ self._found - each @ self._first) / self._rate_fps
        some = right > 0
        return _Points(
            right[some] / above[some], right[some] / each.sum(), total_s[some] / right[some]
        )

    def _points_published(self, weights: Floats) -> "_Points":
        """The same as the code has it: times relative, and padded to one entry per frame.

        With more thresholds than frames the code ends with an error: no points then.
        """
        each = weights * self._positive
        above = weights @ self._found
        right = np.where(self._thresholds <= 0, above, each @ self._found)
        late = (each / self._accident) @ self._first
        some = right > 0
        missing_rows = int(weights @ self._lengths) - int(some.sum())
        if missing_rows < 0:
            return _Points(np.empty(0), np.empty(0), np.empty(0))
        missing = np.zeros(missing_rows)
        parts = (
            right[some] / above[some],
            right[some] / (weights @ self._positive),
            1 - late[some] / right[some],
        )
        return _Points(*(np.concatenate([part, missing]) for part in parts))

    @staticmethod
    def _summary(points: "_Points", *, published: bool) -> tuple[float, float, float]:
        """AP, mean time and the time at recall 0.8, over the groups of equal recall."""
        groups = points.by_recall(published=published)
        if not len(groups.recall):
            return float("nan"), float("nan"), float("nan")
        middle = (groups.precision[1:] + groups.precision[:-1]) / 2
        area = groups.precision[0] * groups.recall[0] + middle @ np.diff(groups.recall)
        at_80 = groups.time[np.argmin(np.abs(groups.recall - 0.8))]
        return float(area), float(groups.time.mean()), float(at_80)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Precision, recall and time to the accident at each threshold: each (K,)."""

    precision: Floats
    recall: Floats
    time: Floats

    def by_recall(self, *, published: bool) -> "_Points":
        """The best precision and time of each distinct recall (G,), rising; recall 0 is left out.

        The published code leaves out the lowest recall whatever it is, and takes for the highest
        what its (unstable) sort puts first.
        """
        order = np.argsort(self.recall)
        precision, recall, time = self.precision[order], self.recall[order], self.time[order]
        distinct, starts = np.unique(recall, return_index=True)
        if not len(distinct):
            return self
        best_p, best_t = np.maximum.reduceat(precision, starts), np.maximum.reduceat(time, starts)
        if published:
            best_p[-1], best_t[-1] = precision[starts[-1]], time[starts[-1]]
        kept = slice(1 if published else 0, None)
        return _Points(best_p[kept], distinct[kept], best_t[kept])


def _first_reaching(scores: Floats, thresholds: Floats) -> Floats:
    """The first frame that reaches each threshold (K,), infinity where none does."""
    highest = np.maximum.accumulate(scores)
    first = np.searchsorted(highest, thresholds, side="left")
    return np.where(first < len(scores), first, np.inf)


def _video(scored: ScoredClip, rate_fps: float) -> FramePredictions | None:
    contact_s = scored.clip.first_event_s
    if scored.clip.kind == "near_miss" or not len(scored.track):
        return None
    scores = on_grid(scored.track, rate_fps)
    if scored.clip.kind == "normal":
        return FramePredictions(scores, False, len(scores))
    return (
        None if contact_s is None else FramePredictions(scores, True, round(contact_s * rate_fps))
    )
