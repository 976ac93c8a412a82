"""Probabilities of events: fitted where there is enough, refused where there is not."""

import numpy as np
import pytest

from utils.operating_curve import EventSample
from utils.probability_fit import fit_probability


def drawn(count, slope=2.0, seed=0):
    """Events whose true log odds are `slope` times the score's, from 40 sources."""
    generator = np.random.default_rng(seed)
    odds = generator.normal(0, 1.5, count)
    scores = 1 / (1 + np.exp(-odds))
    labels = generator.random(count) < 1 / (1 + np.exp(-slope * odds))
    return [
        EventSample(float(s), bool(y), f"source {n % 40}")
        for n, (s, y) in enumerate(zip(scores, labels, strict=True))
    ]


def test_the_drawn_odds_are_found_again():
    found, note = fit_probability(drawn(2000), sample_rate=5.0)
    assert found is not None
    for score, odds in ((0.3, -0.8473), (0.5, 0.0), (0.8, 1.3863)):
        truth = 1 / (1 + np.exp(-2 * odds))
        assert found.probability(score) == pytest.approx(truth, abs=0.06)
    assert found.ece_after < found.ece_before
    assert found.crashes_per_hour == 5.0
    assert "held-out sources" in note


def test_rarer_crashes_make_every_event_less_likely():
    common, _ = fit_probability(drawn(2000), sample_rate=5.0)
    rare, _ = fit_probability(drawn(2000), sample_rate=5.0, crashes_per_hour=0.05)
    odds = [p.probability(0.7) / (1 - p.probability(0.7)) for p in (common, rare)]
    assert odds[0] / odds[1] == pytest.approx(100, rel=1e-6)


def test_few_events_give_none_and_the_reason():
    found, note = fit_probability(drawn(30), sample_rate=5.0)
    assert found is None
    assert "at least 20 of each are needed" in note


def test_scores_that_say_nothing_give_none():
    generator = np.random.default_rng(1)
    samples = [EventSample(0.5, bool(generator.random() < 0.5), f"s{n % 20}") for n in range(200)]
    found, note = fit_probability(samples, sample_rate=5.0)
    assert found is None
    assert "no more than the base rate" in note


def test_one_source_holds_nothing_out():
    samples = [EventSample(s.score, s.is_crash, "one") for s in drawn(200)]
    assert "one source" in fit_probability(samples, sample_rate=5.0)[1]


def test_events_that_a_score_separates_wholly_stay_finite():
    samples = [EventSample(0.99 if n % 2 else 0.01, bool(n % 2), f"s{n % 9}") for n in range(100)]
    found, _ = fit_probability(samples, sample_rate=5.0)
    assert found is not None
    assert 0 < found.probability(0.0) < 0.1
    assert 0.9 < found.probability(1.0) < 1
