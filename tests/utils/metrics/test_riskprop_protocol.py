"""RiskProp's figures by hand and against its formulas written out again."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from tests.scored_clips import figures, scored_clip
from utils.errors import AnnotationError
from utils.metrics.riskprop import Approach, RiskPropMeasure


def test_time_to_accident_at_few_false_frames_by_hand() -> None:
    # 20 negative frames .01 .02 ... .20: the first tenth are the thresholds .20 and .19
    negative = np.arange(1, 21) / 100
    # positive of 31 frames, foreseen from 10 on: .195 from frame 15, .5 from frame 25
    scores = np.array([0.9] * 5 + [0.0] * 10 + [0.195] * 10 + [0.5] * 6)
    found = figures(RiskPropMeasure([Approach(scores, 10), None], [None, negative]), 2)
    # at .20: frame 25 of 30 -> .5 s; at .19: frame 15 -> 1.5 s
    assert found["mtta_at_0.1_s"] == pytest.approx((0.5 + 1.5) / 2)
    assert found["tta_at_0.01_s"] == pytest.approx(0.5)
    assert found["tta_at_0.05_s"] == pytest.approx(1.5)  # the second threshold of 20
    assert found["threshold_at_0.1"] == pytest.approx(0.18)


def test_a_clip_that_never_reaches_the_threshold_has_no_time() -> None:
    found = figures(
        RiskPropMeasure([Approach(np.full(30, 0.1), 5), None], [None, np.full(50, 0.4)]), 2
    )
    assert found["mtta_at_0.1_s"] == 0.0
    assert found["mauc"] == 0.0


def test_scores_before_the_danger_can_be_seen_do_not_count() -> None:
    early = np.array([0.9] * 10 + [0.0] * 20)
    found = figures(RiskPropMeasure([Approach(early, 10), None], [None, np.full(20, 0.5)]), 2)
    assert found["mtta_at_0.1_s"] == 0.0


def test_each_horizon_looks_at_five_frames() -> None:
    # frames before the accident's end: [-10:-5] = .6, [-15:-10] = .4, [-20:-15] = .2
    scores = np.array([0.0] * 10 + [0.2] * 5 + [0.4] * 5 + [0.6] * 5 + [0.8] * 5)
    normals = [np.array([0.9] * 10 + [last] * 5) for last in (0.1, 0.3, 0.5)]
    measure = RiskPropMeasure([Approach(scores, 0), None, None, None], [None, *normals])
    found = figures(measure, 4)
    # one positive against .1 .3 .5: rank 1, 2, 3 at .5, 1 and 1.5 s
    assert [found[f"ap_{h}"] for h in ("0.5s", "1.0s", "1.5s")] == pytest.approx([1, 1 / 2, 1 / 3])
    assert found["map"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert found["mauc"] == pytest.approx((3 / 3 + 2 / 3 + 1 / 3) / 3)


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_are_those_of_the_formulas_written_out(seed: int) -> None:
    generator = np.random.default_rng(seed)
    positives = [(generator.random(40) ** 2, int(generator.integers(0, 35))) for _ in range(8)]
    negatives = [generator.random(25) ** 3 for _ in range(9)]
    none = [None] * 8
    measure = RiskPropMeasure(
        [*[Approach(s, a) for s, a in positives], *[None] * 9], [*none, *negatives]
    )
    found = figures(measure, 17)
    frames = sorted(np.concatenate(negatives).tolist(), reverse=True)
    times = []
    for threshold in frames[: int(len(frames) * 0.1)]:
        each = []
        for scores, start in positives:
            first = next((i for i in range(start, 40) if scores[i] >= threshold), None)
            each.append(0.0 if first is None else (39 - first) / 10)
        times.append(sum(each) / len(each))
    assert found["mtta_at_0.1_s"] == pytest.approx(sum(times) / len(times))
    labels = [1] * 8 + [0] * 9
    for name, before in (("0.5s", 5), ("1.0s", 10), ("1.5s", 15)):
        clip = [s[-before - 5 : -before].max() for s, _ in positives] + [
            n[-5:].max() for n in negatives
        ]
        assert found[f"auc_at_0.1_{name}"] == pytest.approx(
            roc_auc_score(labels, clip, max_fpr=0.1)
        )
        assert found[f"ap_{name}"] == pytest.approx(average_precision_score(labels, clip))


def test_a_clip_drawn_twice_counts_twice() -> None:
    generator = np.random.default_rng(0)
    crash = [Approach(generator.random(30), 5) for _ in range(3)]
    normal = [generator.random(20) for _ in range(3)]
    weighted = RiskPropMeasure([*crash, None, None, None], [None, None, None, *normal]).values(
        np.array([2, 1, 1, 1, 3, 1])
    )
    more = RiskPropMeasure(
        [crash[0], *crash, *[None] * 5], [*[None] * 4, normal[0], *[normal[1]] * 3, normal[2]]
    )
    assert weighted.tolist() == pytest.approx(more.values(np.ones(9, np.int64)).tolist())


def test_tracks_are_cut_at_the_accident() -> None:
    crash = scored_clip(
        "crash", [0.0] * 20 + [0.9] * 15 + [1.0] * 30, 3.4, rate_fps=10.0, alert_s=2.0
    )
    normal = scored_clip("normal", [0.5] * 60, rate_fps=10.0)
    found = figures(RiskPropMeasure.of_clips([crash, normal]), 2)
    assert found["mtta_at_0.1_s"] == pytest.approx(1.4)  # frame 20 to frame 34


def test_the_alert_time_is_needed() -> None:
    clips = [
        scored_clip("crash", [0.1] * 60, 4.0, rate_fps=10.0),
        scored_clip("normal", [0.1] * 60, rate_fps=10.0),
    ]
    with pytest.raises(AnnotationError, match="foreseen"):
        RiskPropMeasure.of_clips(clips)
