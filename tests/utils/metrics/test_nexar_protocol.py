"""Nexar's grouped mean AP by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from tests.scored_clips import figures, once, scored_clip
from utils.errors import AnnotationError
from utils.metrics.nexar import NexarMeasure, SolutionRow, submission_draws
from utils.metrics.protocols import build_measure
from utils.metrics.scored_clip import ScoredClip
from utils.metrics.scorer import Scorer
from utils.settings import EventSettings

SOLUTION = [
    SolutionRow("a", True, "0", "Private"),
    SolutionRow("b", False, "0", "Private"),
    SolutionRow("c", False, "0", "Private"),
    SolutionRow("d", True, "1", "Private"),
    SolutionRow("e", False, "1", "Private"),
    SolutionRow("f", True, "1", "Private"),
]


def test_each_group_has_its_own_positives_and_negatives() -> None:
    scores = {"a": 0.5, "b": 0.9, "c": 0.1, "d": 0.4, "e": 0.3, "f": 0.2}
    found = figures(NexarMeasure.of_submission(SOLUTION, scores), 6)
    assert found["ap_at_0"] == pytest.approx(1 / 2)  # second of three
    assert found["ap_at_1"] == pytest.approx((1 + 2 / 3) / 2)  # first and third
    assert found["map"] == pytest.approx((1 / 2 + 5 / 6) / 2)
    joined = average_precision_score([r.positive for r in SOLUTION], list(scores.values()))
    assert found["map"] != pytest.approx(joined)


def test_a_missing_id_scores_zero() -> None:
    scores = {"a": 0.5, "b": 0.4, "c": 0.1, "d": 0.4, "e": 0.3}
    found = figures(NexarMeasure.of_submission(SOLUTION, scores), 6)
    assert found["ap_at_1"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["ap_at_0"] == 1.0


def test_the_area_up_to_a_tenth_of_the_negatives() -> None:
    # 10 negatives; positives above 0 and 1 of them: heights .5 until fpr .1 where the second counts
    rows = [SolutionRow(str(n), n < 2, "0", "Public") for n in range(12)]
    scores = {"0": 0.99, "1": 0.85, "2": 0.9, **{str(n): n / 100 for n in range(3, 12)}}
    found = figures(NexarMeasure.of_submission(rows, scores), 12)
    assert found["mean_partial_auc"] == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(5))
def test_groups_equal_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows = [SolutionRow(str(n), bool(n % 2), str(n % 3), "Public") for n in range(90)]
    scores = {str(n): float(generator.random().__round__(2)) for n in range(90)}
    found = figures(NexarMeasure.of_submission(rows, scores), 90)
    for group in "012":
        own = [row for row in rows if row.group == group]
        y, p = [row.positive for row in own], [scores[row.clip_id] for row in own]
        assert found[f"ap_at_{group}"] == pytest.approx(average_precision_score(y, p))
        mcclish = roc_auc_score(y, p, max_fpr=0.1)
        area = found[f"partial_auc_at_{group}"]
        assert 0.5 * (1 + (area - 0.05) / 0.95) == pytest.approx(mcclish)


def test_draws_keep_the_cells_of_group_and_label() -> None:
    draws = submission_draws(SOLUTION, rounds=50)
    assert set(draws[:, [1, 2]].sum(1)) == {2}
    assert set(draws[:, 0]) == {1}
    assert set(draws[:, [3, 5]].sum(1)) == {2}


def test_tracks_are_judged_by_the_two_seconds_before_each_horizon() -> None:
    # 10 scores a second, event at 5.0 s; the score is high only in [3.4, 3.6)
    crash = [0.0] * 34 + [0.8] * 2 + [0.0] * 24
    normal = [0.5] * 60
    clips = [
        scored_clip("crash", crash, 5.0, rate_fps=10.0, group="a"),
        scored_clip("normal", normal, rate_fps=10.0, group="b"),
    ]
    found = figures(NexarMeasure.of_clips(clips), 2)
    # horizon 1.5 s looks at [1.5, 3.5]: 3.4 is in it; 0.5 s looks at [2.5, 4.5]
    assert found["ap_at_1.5s"] == 1.0
    later = [0.0] * 46 + [0.8] * 2 + [0.0] * 12  # 4.6 s: too late for any horizon
    clips[0] = scored_clip("crash", later, 5.0, rate_fps=10.0, group="a")
    assert NexarMeasure.of_clips(clips).values(once(2))[0] == pytest.approx(0.5)


def test_test_clips_are_judged_by_their_last_two_seconds_in_their_own_group() -> None:
    def cut(kind: str, last: float, group: str) -> ScoredClip:
        return scored_clip(kind, [0.99] * 3 + [last] * 3, group=kind + group, tags={"group": group})

    clips = [cut("crash", 0.6, "0"), cut("normal", 0.7, "0"), cut("crash", 0.2, "1")]
    clips += [cut("normal", 0.1, "1"), cut("normal", 0.15, "1")]
    found = figures(NexarMeasure.of_cut_clips(clips), 5)
    assert found["ap_at_0"] == pytest.approx(1 / 2)
    assert found["ap_at_1"] == 1.0
    look_ahead = Scorer("any", "checkpoint", clips, look_ahead_s=5.0)
    assert figures(build_measure("nexar", look_ahead, EventSettings()), 5) == found


def test_near_misses_are_positives() -> None:
    clips = [
        scored_clip("near_miss", [0.0, 0.0, 0.9, 0.9, 0.0], 4.5, group="a"),
        scored_clip("normal", [0.1] * 5, group="b"),
    ]
    assert figures(NexarMeasure.of_clips(clips), 2)["map"] == 1.0


def test_normal_clips_are_needed() -> None:
    with pytest.raises(AnnotationError, match="normal clips"):
        NexarMeasure.of_clips([scored_clip("crash", [0.1] * 9, 5.0)])
