"""What a checkpoint must beat: change between frames, a linear probe, a constant, the position.

The position in the clip, and how near its middle is, know nothing of the picture: where they score
well, so does any network that can tell how far the file has come. Dims: T frames, C channels.
"""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.trainers.crops import grid_rows
from models.trainers.feature_cache import EncodedClip
from utils.clip import Floats, Ints, ScoreTrack
from utils.labeled_clip import frame_labels
from utils.metrics.scored_clip import ScoredClip
from utils.metrics.scorer import Scorer

PROBE_THRESHOLD = 0.5
Score = Callable[[EncodedClip], ScoreTrack]


def plain_baselines(clips: Sequence[ScoredClip]) -> list[Scorer]:
    """The constant, the position and the nearness to the middle, at the times of these tracks."""
    rules: dict[str, Callable[[Floats], Floats]] = {
        "constant": lambda times_s: np.full(len(times_s), 0.5),
        "position in the clip": position,
        "middle of the clip": lambda times_s: 1 - np.abs(2 * position(times_s) - 1),
    }
    return [
        Scorer(name, "baseline", [ScoredClip(s.clip, _like(s.track, rule)) for s in clips])
        for name, rule in rules.items()
    ]


def picture_baselines(
    train: Sequence[EncodedClip], held_out: Sequence[EncodedClip], rate_fps: float
) -> list[Scorer]:
    """Mean frame difference, and a linear probe where the training clips have both labels."""
    found = [_scorer("mean frame difference", held_out, lambda e: frame_difference(e, rate_fps))]
    inputs, labels = _probe_samples(train, rate_fps)
    if len(set(labels.tolist())) == 2:
        probe = linear_probe(inputs, labels, rate_fps)
        found.append(_scorer("linear probe", held_out, probe, threshold=PROBE_THRESHOLD))
    return found


def frame_difference(encoded: EncodedClip, rate_fps: float) -> ScoreTrack:
    """Mean absolute grey change to the frame before, over 255."""
    rows, times_s = _sampled(encoded, rate_fps)
    grey = encoded.take(rows.tolist()).grey[0].numpy()
    change = np.abs(np.diff(grey, axis=0)).mean((1, 2))
    scores = np.concatenate([[0.0], change]).astype(np.float64) / 255
    return ScoreTrack(times_s, scores, rows, "frame difference")


def linear_probe(inputs: Floats, labels: Ints, rate_fps: float) -> Score:
    """Logistic regression on the encoder's features and their change (N,2C), labels 0 or 1 (N,)."""
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=300)
    probe = make_pipeline(StandardScaler(), model)
    probe.fit(inputs, labels)

    def score(encoded: EncodedClip) -> ScoreTrack:
        values, rows, times_s = _probe_inputs(encoded, rate_fps)
        scores = probe.predict_proba(values)[:, 1].astype(np.float64)
        return ScoreTrack(times_s, scores, rows, "probe")

    return score


def position(times_s: Floats) -> Floats:
    """Share of the clip that is over at each time (T,): 0 at the first, 1 at the last."""
    length_s = float(times_s[-1] - times_s[0]) if len(times_s) else 0.0
    return (times_s - times_s[:1]) / length_s if length_s else np.zeros(len(times_s))


def _scorer(
    name: str, clips: Sequence[EncodedClip], score: Score, *, threshold: float | None = None
) -> Scorer:
    scored = [ScoredClip(encoded.clip, score(encoded)) for encoded in clips]
    return Scorer(name, "baseline", scored, threshold, threshold)


def _probe_samples(clips: Sequence[EncodedClip], rate_fps: float) -> tuple[Floats, Ints]:
    inputs, labels = [np.empty((0, 0))], [np.empty(0, np.int64)]
    for encoded in clips:
        values, _, times_s = _probe_inputs(encoded, rate_fps)
        label = frame_labels(encoded.clip, times_s)
        inputs.append(values[label >= 0])
        labels.append(label[label >= 0])
    return np.concatenate(inputs[1:] or inputs), np.concatenate(labels)


def _probe_inputs(encoded: EncodedClip, rate_fps: float) -> tuple[Floats, Ints, Floats]:
    """Pooled features and their change to the frame before (T,2C), rows (T,) and times (T,)."""
    rows, times_s = _sampled(encoded, rate_fps)
    pooled = encoded.take(rows.tolist()).pooled[0].numpy()
    change = np.abs(np.diff(pooled, axis=0, prepend=pooled[:1]))
    return np.concatenate([pooled, change], 1), rows, times_s


def _sampled(encoded: EncodedClip, rate_fps: float) -> tuple[Ints, Floats]:
    """Rows of a clip's cached frames at a rate, and their times."""
    rows = grid_rows(encoded.times_s, (0.0, np.inf), 1 / rate_fps)
    return rows, encoded.times_s[rows]


def _like(track: ScoreTrack, rule: Callable[[Floats], Floats]) -> ScoreTrack:
    return ScoreTrack(track.times_s, rule(track.times_s), track.frame_indices, "baseline")
