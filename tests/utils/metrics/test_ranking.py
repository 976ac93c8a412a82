"""Ranking curves against counts by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from utils.metrics.ranking import Curve, RankedScores

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
LABELS = np.array([1, 0, 1, 0, 0])


def curve(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> Curve:
    owners = np.arange(len(scores))
    return RankedScores(scores, labels, owners).curve(
        np.ones(len(scores), np.int64) if weights is None else weights
    )


def test_areas_counted_by_hand() -> None:
    # pairs positive above negative: .9 beats three, .7 beats two, of 2 * 3
    assert curve(SCORES, LABELS).auc() == pytest.approx(5 / 6)
    # precision 1/1 at the first positive, 2/3 at the second, each worth half the recall
    assert curve(SCORES, LABELS).average_precision() == pytest.approx((1 + 2 / 3) / 2)


def test_the_partial_area_is_interpolated_at_the_limit() -> None:
    # ROC: (0, .5) (1/3, .5) (1/3, 1) ...; up to .5: .5 * 1/3 + 1 * 1/6, over .5
    assert curve(SCORES, LABELS).partial_area(0.5) == pytest.approx((1 / 6 + 1 / 6) / 0.5)
    # all scores equal: one straight line from (0, 0) to (1, 1): at .1 the height is .1
    assert curve(np.full(5, 0.4), LABELS).partial_area(0.1) == pytest.approx(0.05)
    assert curve(np.full(5, 0.4), LABELS).mcclish_auc(0.1) == pytest.approx(0.5)


def test_perfect_reversed_and_constant_scores() -> None:
    perfect, reversed_, constant = (
        curve(s, LABELS) for s in (LABELS.astype(float), 1.0 - LABELS, np.full(5, 0.3))
    )
    assert [perfect.auc(), reversed_.auc(), constant.auc()] == [1.0, 0.0, 0.5]
    assert perfect.average_precision() == 1.0
    assert constant.average_precision() == pytest.approx(2 / 5)  # the share of positives
    assert perfect.mcclish_auc(0.1) == pytest.approx(1.0)


def test_without_positives_or_negatives_nothing_is_said() -> None:
    assert np.isnan(curve(SCORES, np.zeros(5, np.int64)).auc())
    assert np.isnan(curve(SCORES, np.zeros(5, np.int64)).average_precision())
    assert np.isnan(curve(np.empty(0), np.empty(0, np.int64)).auc())


@pytest.mark.parametrize("seed", range(20))
def test_areas_equal_those_of_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, 60)
    scores = generator.random(60).round(1 if seed % 2 else 4)  # odd seeds: many equal scores
    weights = generator.integers(1, 4, 60)
    found = curve(scores, labels, weights)
    known = {"sample_weight": weights}
    assert found.auc() == pytest.approx(roc_auc_score(labels, scores, **known))
    assert found.average_precision() == pytest.approx(
        average_precision_score(labels, scores, **known)
    )
    for limit in (0.1, 0.33):
        mcclish = roc_auc_score(labels, scores, max_fpr=limit, **known)
        assert found.mcclish_auc(limit) == pytest.approx(mcclish)


def test_a_weight_of_two_is_the_clip_twice() -> None:
    doubled = curve(np.append(SCORES, 0.8), np.append(LABELS, 0))
    weighted = curve(SCORES, LABELS, np.array([1, 2, 1, 1, 1]))
    assert weighted.auc() == pytest.approx(doubled.auc())
    assert weighted.average_precision() == pytest.approx(doubled.average_precision())


def test_a_rising_change_of_scale_changes_no_area() -> None:
    generator = np.random.default_rng(3)
    scores, labels = generator.random(50), generator.integers(0, 2, 50)
    assert curve(scores**3, labels).auc() == curve(scores, labels).auc()
