"""Measures a checkpoint by the drives protocol on the validation split, beside its baselines.

`python scripts/evaluate_drives.py [--checkpoint FOLDER] [--data FOLDER] [--output FILE]`
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.clip_scoring import score_clip  # noqa: E402
from models.trainers.crops import grid_rows  # noqa: E402
from models.trainers.feature_cache import EncodedClip, FeatureCache  # noqa: E402
from models.triggers.network import NetworkTrigger  # noqa: E402
from utils.clip import Floats, ScoreTrack  # noqa: E402
from utils.datasets import data_root  # noqa: E402
from utils.datasets.drives import read_drives  # noqa: E402
from utils.errors import AppError  # noqa: E402
from utils.labeled_clip import LabeledClip, frame_labels  # noqa: E402
from utils.metrics.drives import count_events, summary  # noqa: E402
from utils.metrics.scored_clip import ScoredClip  # noqa: E402
from utils.settings import EventSettings  # noqa: E402

CACHE_FPS = 12.0
Scorer = Callable[[EncodedClip], ScoreTrack]


def sampled(encoded: EncodedClip, rate_fps: float) -> tuple[list[int], Floats]:
    """Rows of a clip's cached frames at a rate, and their times."""
    rows = grid_rows(encoded.times_s, (0.0, np.inf), 1 / rate_fps)
    return rows.tolist(), encoded.times_s[rows]


def frame_difference(encoded: EncodedClip, rate_fps: float) -> ScoreTrack:
    """Mean absolute grey change to the frame before, as a score."""
    rows, times_s = sampled(encoded, rate_fps)
    grey = encoded.take(rows).grey[0].numpy()
    change = np.abs(np.diff(grey, axis=0)).mean((1, 2))
    scores = np.concatenate([[0.0], change]) / 255
    return ScoreTrack(times_s, scores.astype(np.float64), np.array(rows), "frame difference")


def constant(encoded: EncodedClip, rate_fps: float) -> ScoreTrack:
    """The same score everywhere."""
    rows, times_s = sampled(encoded, rate_fps)
    return ScoreTrack(times_s, np.full(len(rows), 0.5), np.array(rows), "constant")


def probe_inputs(encoded: EncodedClip, rate_fps: float) -> tuple[np.ndarray, list[int], Floats]:
    """Pooled features and their change (T, 2C), rows and times."""
    rows, times_s = sampled(encoded, rate_fps)
    pooled = encoded.take(rows).pooled[0].numpy()
    change = np.abs(np.diff(pooled, axis=0, prepend=pooled[:1]))
    return np.concatenate([pooled, change], 1), rows, times_s


def linear_probe(train: Sequence[EncodedClip], rate_fps: float) -> Scorer:
    """Logistic regression on the features and their change, fitted on the training clips."""
    inputs, labels = [], []
    for encoded in train:
        values, _, times_s = probe_inputs(encoded, rate_fps)
        label = frame_labels(encoded.clip, times_s)
        inputs.append(values[label >= 0])
        labels.append(label[label >= 0])
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=300)
    probe = make_pipeline(StandardScaler(), model)
    probe.fit(np.concatenate(inputs), np.concatenate(labels))

    def score(encoded: EncodedClip) -> ScoreTrack:
        values, rows, times_s = probe_inputs(encoded, rate_fps)
        return ScoreTrack(times_s, probe.predict_proba(values)[:, 1], np.array(rows), "probe")

    return score


def measure(
    trigger: NetworkTrigger, clips: Sequence[LabeledClip], cache: FeatureCache
) -> dict[str, list[ScoredClip]]:
    """Tracks of the validation clips by the checkpoint and by each baseline."""
    rate = trigger.sampling.rate_fps
    encoded = cache.encode_all(clips)
    train = [e for e in encoded if e.clip.split == "train"]
    held_out = [e for e in encoded if e.clip.split == "val"]
    probe = linear_probe(train, rate)
    return {
        "checkpoint": [score_clip(trigger, e.clip) for e in held_out],
        "mean frame difference": [ScoredClip(e.clip, frame_difference(e, rate)) for e in held_out],
        "linear probe": [ScoredClip(e.clip, probe(e)) for e in held_out],
        "constant": [ScoredClip(e.clip, constant(e, rate)) for e in held_out],
    }


def table(tracks: dict[str, list[ScoredClip]]) -> tuple[str, dict[str, dict[str, float | int]]]:
    """The figures as text and by name."""
    figures = {name: dict(summary(clips, EventSettings())) for name, clips in tracks.items()}
    lines = [f"{'':<24}{'AUC':>6} {'95 % interval':>15}   recall at 10 / 20 / 40 / 60 per hour"]
    for name, row in figures.items():
        span = f"{row['within_clip_auc_low']:.2f} .. {row['within_clip_auc_high']:.2f}"
        recalls = " / ".join(f"{row[f'recall_at_{b}_per_hour']:.2f}" for b in (10, 20, 40, 60))
        lines.append(f"{name:<24}{row['within_clip_auc']:>6.3f} {span:>15}   {recalls}")
    return "\n".join(lines), figures


def main() -> int:
    """Print the table; the exit code."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=ROOT / "checkpoints" / "default")
    parser.add_argument("--data", help="folder with drives/ (default: $NEARMISS_DATA)")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "features")
    parser.add_argument("--output", type=Path, help="JSON file for the figures")
    args = parser.parse_args()
    try:
        trigger = NetworkTrigger.load(args.checkpoint, device="cpu", strict=True)
        cache = FeatureCache(args.cache, trigger.network.visual_backbone, CACHE_FPS)
        tracks = measure(trigger, read_drives(data_root(args.data)), cache)
    except AppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    text, figures = table(tracks)
    own = tracks["checkpoint"]
    counted = [s for s in own if s.clip.kind != "near_miss"]
    at = count_events(counted, trigger.threshold, EventSettings())
    row = figures["checkpoint"]
    print(f"{row['crash_clips']} crash clips, {row['clips_with_both']} with quiet frames, ", end="")
    print(f"{row['quiet_hours']:.3f} quiet hours\n{text}")
    print(
        f"at the threshold {at.threshold:.3f}: {at.found} of {at.crashes} crashes found, ", end=""
    )
    print(f"{at.false_alarms} false alarms")
    if args.output:
        args.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    torch.set_num_threads(2)
    sys.exit(main())
