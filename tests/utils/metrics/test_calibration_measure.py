"""Calibration errors by hand; perfect, constant and over-confident scores."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from tests.scored_clips import figures, scored_clip
from utils.errors import AnnotationError
from utils.metrics.calibration import (
    CalibrationMeasure,
    brier_score,
    equal_mass_edges,
    equal_width_edges,
    negative_log_likelihood,
    reliability,
)

SCORES = np.array([0.1, 0.1, 0.3, 0.9, 0.9])
LABELS = np.array([0, 1, 0, 1, 1])


def test_equal_width_bins_by_hand() -> None:
    # bins [.07,.13) [.27,.33) [.87,.93): gaps |.1 - .5|, .3, |.9 - 1|, weights 2 1 2
    table = reliability(SCORES, LABELS, equal_width_edges())
    assert table.counts.tolist() == [2, 1, 2]
    assert table.positive_share.tolist() == [0.5, 0.0, 1.0]
    assert table.error == pytest.approx((2 * 0.4 + 1 * 0.3 + 2 * 0.1) / 5)


def test_equal_mass_bins_hold_equal_numbers() -> None:
    scores = np.random.default_rng(0).random(300)
    counts = reliability(scores, scores > 0.5, equal_mass_edges(scores)).counts
    assert len(counts) == 15
    assert set(counts) <= {19, 20, 21}


def test_equal_scores_stay_in_one_bin() -> None:
    table = reliability(np.full(30, 0.4), np.arange(30) % 2, equal_mass_edges(np.full(30, 0.4)))
    assert table.counts.tolist() == [30]
    assert table.error == pytest.approx(0.1)


def test_brier_and_likelihood_by_hand_and_by_scikit_learn() -> None:
    squares = (0.01 + 0.81 + 0.09 + 0.01 + 0.01) / 5
    assert brier_score(SCORES, LABELS) == pytest.approx(squares)
    logs = -(np.log(0.9) + np.log(0.1) + np.log(0.7) + 2 * np.log(0.9)) / 5
    assert negative_log_likelihood(SCORES, LABELS) == pytest.approx(logs)
    assert brier_score(SCORES, LABELS) == pytest.approx(brier_score_loss(LABELS, SCORES))
    assert negative_log_likelihood(SCORES, LABELS) == pytest.approx(log_loss(LABELS, SCORES))


def test_a_certain_and_wrong_score_costs_much_but_not_infinitely() -> None:
    assert negative_log_likelihood(np.array([0.0]), np.array([1])) == pytest.approx(
        16.118, abs=0.01
    )


def test_scores_that_are_the_chance_itself_are_calibrated() -> None:
    generator = np.random.default_rng(1)
    scores = generator.random(200_000)
    labels = (generator.random(200_000) < scores).astype(np.int64)
    for edges in (equal_width_edges(), equal_mass_edges(scores)):
        assert reliability(scores, labels, edges).error < 0.01
        assert reliability(scores**2, labels, edges).error > 0.1


def test_only_labelled_frames_count() -> None:
    # contact at 5 s: quiet to 4 s, crash from 5 to 7 s, the aftermath is left out
    scores = [0.1] * 5 + [0.8] * 3 + [0.5] * 4
    measure = CalibrationMeasure([scored_clip("crash", scores, 5.0)])
    found = figures(measure, 1)
    assert measure.labels.tolist() == [0] * 5 + [1] * 3
    assert found["brier"] == pytest.approx((5 * 0.01 + 3 * 0.04) / 8)
    assert found["ece_equal_width"] == pytest.approx((5 * 0.1 + 3 * 0.2) / 8)
    assert found["positive_share"] == pytest.approx(3 / 8)


def test_both_labels_are_needed() -> None:
    with pytest.raises(AnnotationError, match="quiet driving"):
        CalibrationMeasure([scored_clip("normal", [0.1, 0.2])])
