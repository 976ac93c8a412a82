"""DoTA's frame figures against counts by hand and against scikit-learn."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    matthews_corrcoef,
    roc_auc_score,
)

from tests.scored_clips import figures, once, scored_clip
from utils.clip import ScoreTrack
from utils.datasets.dota import read_dota
from utils.errors import AnnotationError
from utils.metrics.frame import MCC_THRESHOLDS, FrameMeasure
from utils.metrics.scored_clip import ScoredClip


def clip(scores: list[float], *spans_s: tuple[float, float], group: str = "a") -> ScoredClip:
    return scored_clip("crash" if spans_s else "normal", scores, spans_s=spans_s, group=group)


def test_frames_of_all_clips_are_one_ranking() -> None:
    # first clip: seconds 0..4, anomalous 2..3 -> scores .3 and .9; second clip: no anomaly
    clips = [clip([0.1, 0.2, 0.3, 0.9, 0.5], (2.0, 4.0)), clip([0.6, 0.5])]
    found = figures(FrameMeasure(clips), 2)
    # negatives .1 .2 .5 .6 .5: .3 beats two of five, .9 all five
    assert found["frame_auc"] == pytest.approx(7 / 10)
    # ranked: .9 + | .6 | .5 .5 | .3 + -> precision 1 and 2/5
    assert found["frame_ap"] == pytest.approx((1 + 2 / 5) / 2)
    # above .5 (exclusive): .9 and .6 -> tp 1, fp 1, fn 1, tn 4
    assert found["f1"] == pytest.approx(2 / 4)
    assert found["accuracy"] == pytest.approx(5 / 7)
    # F1 of the normal frames: 8 / (8 + 1 + 1); harmonic mean of both
    assert found["f1_mean"] == pytest.approx(2 * 0.5 * 0.8 / 1.3)


def test_the_area_of_matthews_coefficient_by_hand() -> None:
    # perfect from the threshold .21 to .80 (60 steps), nothing known below and above
    clips = [clip([0.2, 0.2, 0.8], (2.0, 3.0))]
    steps = 60
    found = figures(FrameMeasure(clips), 1)["auc_mcc"]
    assert found == pytest.approx(steps * 0.01, abs=1e-9)


def test_perfect_constant_and_reversed_scores() -> None:
    truth = [0.0, 0.0, 1.0, 1.0]
    named = {"perfect": truth, "constant": [0.7] * 4, "reversed": [1.0, 1.0, 0.0, 0.0]}
    found = {n: figures(FrameMeasure([clip(s, (2.0, 4.0))]), 1) for n, s in named.items()}
    assert [found[n]["frame_auc"] for n in named] == [1.0, 0.5, 0.0]
    assert [found[n]["accuracy"] for n in named] == [1.0, 0.5, 0.0]
    assert found["constant"]["auc_mcc"] == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_figures_equal_those_of_scikit_learn_on_the_joined_frames(seed: int) -> None:
    generator = np.random.default_rng(seed)
    clips, scores, labels = [], [], []
    for name in range(6):
        mine = generator.random(30).round(2)
        start = int(generator.integers(0, 20))
        clips.append(clip(mine.tolist(), (start, start + 7.0), group=str(name)))
        scores += mine.tolist()
        labels += [int(start <= t < start + 7) for t in range(30)]
    p, y = np.array(scores), np.array(labels)
    found = figures(FrameMeasure(clips), 6)
    assert found["frame_auc"] == pytest.approx(roc_auc_score(y, p))
    assert found["frame_ap"] == pytest.approx(average_precision_score(y, p))
    assert found["f1"] == pytest.approx(f1_score(y, p > 0.5))
    assert found["accuracy"] == pytest.approx(accuracy_score(y, p > 0.5))
    matthews = [matthews_corrcoef(y, p >= t) for t in MCC_THRESHOLDS]
    assert found["auc_mcc"] == pytest.approx(np.trapezoid(matthews, MCC_THRESHOLDS))


def test_a_clip_drawn_twice_counts_twice() -> None:
    first, second = clip([0.1, 0.8, 0.3], (1.0, 2.0)), clip([0.4, 0.2])
    weighted = FrameMeasure([first, second]).values(np.array([1, 2]))
    repeated = FrameMeasure([first, second, second]).values(once(3))
    assert weighted.tolist() == pytest.approx(repeated.tolist())


def test_a_folder_of_frames_counts_every_frame() -> None:
    # scored once a second, ten frames a second: 20 frames, 10 of them anomalous
    scored = scored_clip("crash", [0.2, 0.9], spans_s=((1.0, 2.0),), frame_rate=10.0)
    found = figures(FrameMeasure([scored]), 1)
    assert found["frame_auc"] == 1.0
    assert found["accuracy"] == 1.0


def test_labels_without_intervals_are_refused() -> None:
    with pytest.raises(AnnotationError, match=r"dota.*interval"):
        FrameMeasure([scored_clip("crash", [0.1, 0.9], 1.0)])


def test_the_real_dota_labels_have_their_published_counts(data_dir: Path) -> None:
    labels = data_dir / "annotations" / "DoTA" / "metadata_val.json"
    entries = json.loads(labels.read_text())
    clips, anomalous, position = [], [], []
    for labeled in read_dota(labels, Path("frames")):
        entry = entries[labeled.path.parent.name]
        times_s = np.arange(entry["num_frames"]) / 10
        share = times_s / times_s[-1]
        clips.append(
            ScoredClip(labeled, ScoreTrack(times_s, share, np.arange(len(share)), "given"))
        )
        frames = np.arange(entry["num_frames"])
        anomalous.append((frames >= entry["anomaly_start"]) & (frames < entry["anomaly_end"]))
        position.append(share)
    truth = np.concatenate(anomalous)
    known = roc_auc_score(truth, np.concatenate(position))
    assert (len(clips), len(truth), truth.sum()) == (1402, 142_747, 47_302)
    assert figures(FrameMeasure(clips), len(clips))["frame_auc"] == pytest.approx(known)
