"""Clip-level figures by hand."""

import numpy as np
import pytest

from tests.scored_clips import figures, scored_clip
from utils.errors import AnnotationError
from utils.metrics.clip import ClipMeasure, best_f1_threshold, clip_scores

# highest scores: crashes .9 .6 .3, normal .7 .2
CLIPS = [
    scored_clip("crash", [0.1, 0.9], 1.0),
    scored_clip("crash", [0.6, 0.2], 0.0),
    scored_clip("crash", [0.3, 0.3], 1.0),
    scored_clip("normal", [0.7, 0.1]),
    scored_clip("normal", [0.2, 0.1]),
    scored_clip("near_miss", [1.0, 1.0], 0.5),
]


def test_figures_by_hand() -> None:
    found = figures(ClipMeasure(CLIPS, threshold=0.6), 6)
    assert found["clip_auc"] == pytest.approx((2 + 1 + 1) / 6)
    # ranked: + - + + -: precision 1, 2/3, 3/4
    assert found["clip_ap"] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    # at .6 inclusive: .9 .6 right, .7 wrong, .3 missed
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["accuracy"] == pytest.approx(3 / 5)


def test_near_misses_are_left_out() -> None:
    assert ClipMeasure(CLIPS, 0.5).used == [0, 1, 2, 3, 4]
    scores, labels = clip_scores(CLIPS)
    assert scores.tolist() == [0.9, 0.6, 0.3, 0.7, 0.2]
    assert labels.tolist() == [1, 1, 1, 0, 0]


def test_the_best_threshold_is_the_one_with_the_best_f1() -> None:
    # at .9: 2/4; .7: 2/5; .6: 4/6; .3: 6/7; .2: 6/8
    assert best_f1_threshold(*clip_scores(CLIPS)) == 0.3


def test_a_threshold_needs_positives() -> None:
    with pytest.raises(ValueError, match="positives"):
        best_f1_threshold(np.array([0.1]), np.array([0]))


def test_both_kinds_are_needed() -> None:
    with pytest.raises(AnnotationError, match="3 and 0"):
        ClipMeasure(CLIPS[:3], 0.5)
