"""Can labels or scores be told from how a clip was made, without looking at what it shows?

Source facts: picture size, shape, frame rate, bit rate, black border, still overlay, corpus. A
logistic regression is fitted and tested on different sources. N clips.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.trust.judging import Estimate, Limits
from models.trust.probe import Measured, Probe
from models.trust.subject import Subject
from models.trust.traces import FACTS, ClipTrace
from utils.clip import Floats, Ints

FOLDS = 5
FEWEST_CLIPS = 20
ROUNDS = 500
NOTHING = Estimate(float("nan"), float("nan"), float("nan"), 0)


def _labels_from_source(subject: Subject) -> Measured:
    traces = [t for t in subject.traces if t.clip.kind in ("crash", "normal")]
    labels = np.array([t.clip.kind == "crash" for t in traces], dtype=np.int64)
    return _predicted(traces, labels)


def _scores_from_source(subject: Subject) -> Measured:
    """High or low within clips of one kind, so that a good trigger is not blamed for its labels."""
    traces = list(subject.traces)
    tops = np.array([t.top_score for t in traces])
    high = np.zeros(len(traces), dtype=np.int64)
    for kind in {t.clip.kind for t in traces}:
        rows = np.array([t.clip.kind == kind for t in traces])
        middle = np.median(tops[rows])
        above = tops[rows] > middle
        high[rows] = above if above.any() else tops[rows] >= middle
    return _predicted(traces, high)


def _predicted(traces: Sequence[ClipTrace], labels: Ints) -> Measured:
    """AUC of predicting labels (N,) from source facts, on sources that the fit did not see."""
    groups = np.array([t.clip.group for t in traces])
    folds = min(FOLDS, len(set(groups.tolist())))
    if len(traces) < FEWEST_CLIPS or len(set(labels.tolist())) < 2 or folds < 2:
        return Measured(NOTHING, f"{len(traces)} clips, at least {FEWEST_CLIPS} are needed")
    inputs = source_facts(traces)
    said = np.full(len(labels), labels.mean(), dtype=np.float64)
    for train, test in GroupKFold(folds).split(inputs, labels, groups):
        if len(set(labels[train].tolist())) == 2:
            model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=500))
            said[test] = model.fit(inputs[train], labels[train]).predict_proba(inputs[test])[:, 1]
    found = _auc(labels, said)
    alone = [_single_auc(labels, inputs[:, column]) for column in range(len(FACTS))]
    best = int(np.argmax(alone))
    return Measured(found, f"AUC {found}; best single fact: {FACTS[best]}, {alone[best]:.2f}")


def source_facts(traces: Sequence[ClipTrace]) -> Floats:
    """Facts and corpus, one row per clip: (N, len(FACTS) + number of corpora)."""
    corpora = sorted({t.clip.dataset for t in traces})
    named = [[float(t.clip.dataset == name) for name in corpora] for t in traces]
    return np.concatenate([np.stack([t.facts for t in traces]), np.array(named)], axis=1)


def _auc(labels: Ints, said: Floats) -> Estimate:
    """With an interval by resampling the clips (N,) of each label."""
    first, second = said[labels == 1], said[labels == 0]
    wins = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    generator = np.random.default_rng(0)
    even = [np.full(len(part), 1 / len(part)) for part in (first, second)]
    ups, downs = (generator.multinomial(len(p), p, ROUNDS) / len(p) for p in even)
    low, high = np.percentile(np.einsum("rp,pn,rn->r", ups, wins, downs), [2.5, 97.5])
    return Estimate(float(wins.mean()), float(low), float(high), len(labels))


def _single_auc(labels: Ints, values: Floats) -> float:
    """AUC of one fact, whichever way round."""
    auc = float(roc_auc_score(labels, values))
    return max(auc, 1 - auc)


LABELS = Probe(
    title="Labels told from the source",
    done=(
        "Crash or normal was predicted from picture size, shape, frame rate, bit rate, black "
        "border, still overlay and corpus, on sources that the fit had not seen."
    ),
    quantity="AUC of the prediction",
    limits=Limits(0.65, 0.8),
    measure=_labels_from_source,
    sentences=(
        "How a clip was made does not say whether it holds a crash.",
        "How a clip was made says something about whether it holds a crash: trust only figures "
        "within clips.",
        "How a clip was made says whether it holds a crash: figures on whole clips of these data "
        "prove nothing.",
    ),
    claim="that crash-or-normal figures over whole clips of these data mean what they say",
)
SCORES = Probe(
    title="Scores told from the source",
    done=(
        "Whether a clip's highest score is above the median of its kind was predicted from the "
        "same facts."
    ),
    quantity="AUC of the prediction",
    limits=Limits(0.65, 0.8),
    measure=_scores_from_source,
    sentences=(
        "How a clip was made hardly moves its scores.",
        "How a clip was made moves its scores: thresholds differ from camera to camera.",
        "How a clip was made decides much of its scores: calibrate for each camera.",
    ),
    claim="to score footage of different cameras by the same measure",
)
