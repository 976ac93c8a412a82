"""Fits the map from event scores to probabilities, or says why there is not enough to fit one.

Platt's method and beta calibration are compared by cross-validation over the clips' sources; the
better is taken only where it beats the base rate. Pure: it knows no checkpoint. N events.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from utils.calibration import EDGE, ProbabilityMap
from utils.clip import Floats, Ints
from utils.metrics.calibration import equal_mass_edges, reliability
from utils.operating_curve import EventSample

MIN_EVENTS = 20  # of each kind; fewer cannot hold two or three parameters
FOLDS = 5
BINS = 10  # of few events; more bins would hold one or two each
STRENGTH = 10.0  # a weak pull of the slopes to zero, so that separable events stay finite


@dataclass(frozen=True, slots=True)
class Fit:
    """Intercept and slopes of the map."""

    a: float
    b: float
    c: float

    def probabilities(self, scores: Floats) -> Floats:
        """One probability per score, (N,)."""
        first, second = _log_scores(scores).T
        odds = np.clip(self.c + self.a * first + self.b * second, -500, 500)
        return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def fit_probability(
    samples: Sequence[EventSample], sample_rate: float, crashes_per_hour: float | None = None
) -> tuple[ProbabilityMap | None, str]:
    """The map, or None, and the sentence that says why.

    sample_rate: labelled crashes per hour of quiet footage among the samples. crashes_per_hour:
    how many the footage to be analysed has; None = as many as the samples.
    """
    scores = np.array([s.score for s in samples], dtype=np.float64)
    labels = np.array([s.is_crash for s in samples], dtype=np.int64)
    positives, negatives = int(labels.sum()), int((1 - labels).sum())
    if min(positives, negatives) < MIN_EVENTS:
        return None, (
            f"no probability: {positives} events at crashes and {negatives} false alarms, and at "
            f"least {MIN_EVENTS} of each are needed"
        )
    groups = np.array([s.group for s in samples])
    if len(set(groups.tolist())) < 2:
        return None, "no probability: all events are from one source, so nothing is held out"
    held_out = {m: _held_out(m, scores, labels, groups) for m in ("platt", "beta")}
    losses = {m: float(log_loss(labels, p)) for m, p in held_out.items()}
    best = min(losses, key=losses.__getitem__)
    base = float(log_loss(labels, np.full(len(labels), labels.mean())))
    if losses[best] >= base:
        return None, (
            f"no probability: on held-out sources a fitted one (log loss {losses[best]:.3f}) says "
            f"no more than the base rate ({base:.3f})"
        )
    fit, rate = _fit(best, scores, labels), crashes_per_hour or sample_rate
    found = ProbabilityMap(
        method="platt" if best == "platt" else "beta",
        a=fit.a,
        b=fit.b,
        c=fit.c + float(np.log(rate / sample_rate)),
        crashes_per_hour=rate,
        true_events=positives,
        false_events=negatives,
        ece_before=_error(scores, labels),
        ece_after=_error(held_out[best], labels),
    )
    other = "beta" if best == "platt" else "platt"
    return found, (
        f"{best}, log loss {losses[best]:.3f} on held-out sources ({other} {losses[other]:.3f}, "
        f"base rate {base:.3f}); calibration error {found.ece_before:.3f} before, "
        f"{found.ece_after:.3f} after; for footage with {rate:.2g} crashes per hour"
    )


def _error(scores: Floats, labels: Ints) -> float:
    """Expected calibration error over BINS bins of equally many events."""
    return reliability(scores, labels, equal_mass_edges(scores, BINS)).error


def _held_out(method: str, scores: Floats, labels: Ints, groups: np.ndarray) -> Floats:
    """Each event's probability from a fit without its source, (N,)."""
    predicted = np.full(len(scores), labels.mean(), dtype=np.float64)
    folds = GroupKFold(min(FOLDS, len(set(groups.tolist()))))
    for train, test in folds.split(scores, labels, groups):
        if len(set(labels[train].tolist())) == 2:
            predicted[test] = _fit(method, scores[train], labels[train]).probabilities(scores[test])
    return predicted


def _fit(method: str, scores: Floats, labels: Ints) -> Fit:
    """Slopes of at least 0: a slope that comes out negative is left out, as the paper does."""
    both = _log_scores(scores)
    if method == "platt":
        (slope,), intercept = _regress(both.sum(1, keepdims=True), labels)
        return Fit(max(slope, 0.0), max(slope, 0.0), intercept)
    (a, b), intercept = _regress(both, labels)
    if a < 0:
        (b,), intercept = _regress(both[:, 1:], labels)
        a = 0.0
    elif b < 0:
        (a,), intercept = _regress(both[:, :1], labels)
        b = 0.0
    return Fit(max(a, 0.0), max(b, 0.0), intercept)


def _regress(inputs: Floats, labels: Ints) -> tuple[list[float], float]:
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(inputs, labels)
    return [float(v) for v in model.coef_[0]], float(model.intercept_[0])


def _log_scores(scores: Floats) -> Floats:
    """ln s and -ln(1 - s), (N, 2)."""
    inside = np.clip(scores, EDGE, 1 - EDGE)
    return np.stack([np.log(inside), -np.log1p(-inside)], 1)
