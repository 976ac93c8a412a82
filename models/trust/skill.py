"""Does it do its work at all, here and on another corpus, and at what promised cost?"""

from collections.abc import Sequence

import numpy as np

from models.trust.judging import FEWEST, Estimate, Limits, mean_of, share_of
from models.trust.probe import Measured, Probe
from models.trust.subject import Footage, Subject
from utils.calibration import hours_words
from utils.clip import Floats, ScoreTrack
from utils.metrics.drives import clip_auc, count_events
from utils.metrics.scored_clip import ScoredClip
from utils.trust_report import Finding, Verdict

ROUNDS = 2000


def _missing_auc(subject: Subject) -> Measured:
    """1 - AUC, so that larger is worse, beside what the change between frames alone reaches."""
    pairs = [(clip_auc(f.scored), clip_auc(_by_difference(f))) for f in subject.crashes]
    kept = [(own, plain) for own, plain in pairs if own is not None and plain is not None]
    own, plain = mean_of([o for o, _ in kept]), mean_of([p for _, p in kept])
    estimate = Estimate(1 - own.value, 1 - own.high, 1 - own.low, own.n)
    words = f"AUC within clips {own}; the mean frame difference alone {plain.value:.2f}"
    return Measured(estimate, words)


def _missed(subject: Subject) -> Measured:
    """Share of crashes without an event at the contact, and what that cost in false alarms."""
    threshold = subject.trigger.threshold
    found = [count_events([f.scored], threshold, subject.events).found > 0 for f in subject.crashes]
    quiet = [f.scored for f in subject.held_out if f.clip.kind != "near_miss"]
    counts = count_events(quiet, threshold, subject.events)
    missed = share_of([not hit for hit in found])
    words = (
        f"missed {missed}, at the threshold {threshold:.2f}; {counts.false_alarms} false alarm"
        f"{'' if counts.false_alarms == 1 else 's'} in {hours_words(counts.hours)} of quiet driving"
    )
    return Measured(missed, words)


def _by_difference(footage: Footage) -> ScoredClip:
    """The mean grey change to the frame before, as a score."""
    grey = footage.frames.frames.mean(3)
    change = np.abs(np.diff(grey, axis=0, prepend=grey[:1])).mean((1, 2)) / 255
    track = footage.track
    scores = change.astype(np.float64)
    return ScoredClip(footage.clip, ScoreTrack(track.times_s, scores, track.frame_indices, "plain"))


def _across_corpora(subject: Subject) -> Measured:
    by_corpus: dict[str, list[float]] = {}
    for footage in subject.crashes:
        auc = clip_auc(footage.scored)
        if auc is not None:
            by_corpus.setdefault(footage.clip.dataset or "unnamed", []).append(auc)
    large = {name: np.array(aucs) for name, aucs in by_corpus.items() if len(aucs) >= FEWEST}
    words = "; ".join(f"{name} {mean_of(aucs)}" for name, aucs in sorted(by_corpus.items()))
    if len(large) < 2:
        return Measured(Estimate(float("nan"), float("nan"), float("nan"), 0), words or "no clip")
    ranked = sorted(large.values(), key=lambda aucs: float(aucs.mean()))
    return Measured(_gap(ranked), f"AUC within clips: {words}", _trained_on(subject, set(large)))


def _trained_on(subject: Subject, compared: set[str]) -> str:
    """A remark where no compared corpus is new to the checkpoint: then nothing foreign was seen."""
    known = {t.clip.dataset for t in subject.traces if t.clip.split == "train"}
    if compared - known:
        return ""
    return "Other clips of all these corpora were trained on: footage of a new kind may be harder."


def _gap(ranked: Sequence[Floats]) -> Estimate:
    """Best corpus's mean less the worst's, by resampling the clips of both."""
    worst, best = ranked[0], ranked[-1]
    generator = np.random.default_rng(0)
    drawn = [
        generator.choice(best, len(best)).mean() - generator.choice(worst, len(worst)).mean()
        for _ in range(ROUNDS)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    n = min(len(worst), len(best))
    return Estimate(float(best.mean() - worst.mean()), float(low), float(high), n)


def promise(subject: Subject) -> Finding:
    """Whether the threshold comes with a promise on false alarms, and what supports it."""
    calibration = subject.trigger.calibration
    verdict: Verdict = "fail"
    figure, said = "not calibrated", "Nobody counted its false alarms on normal drives."
    if calibration is not None:
        doubts = calibration.doubts()
        verdict, figure = ("warn" if doubts else "pass"), calibration.words()
        said = "Enough normal driving supports the promise."
        if doubts:
            said = f"{doubts[:1].upper()}{doubts[1:]}."
    return Finding(
        title="The promise on false alarms",
        done="The calibration that is stored in the checkpoint was read.",
        figure=figure,
        limit="passes where the normal driving supports the promise, fails without a calibration",
        verdict=verdict,
        sentence=said,
        claim="to keep a promised number of false alarms per hour",
    )


RANKING = Probe(
    title="Crash seconds above quiet seconds",
    done="Within each held-out crash clip, frames at the contact were compared with quiet ones.",
    quantity="1 - AUC within clips",
    limits=Limits(0.15, 0.35),
    measure=_missing_auc,
    sentences=(
        "Inside a clip it ranks the crash above the quiet seconds.",
        "Inside a clip it often ranks the crash above the quiet seconds.",
        "Inside a clip it hardly tells the crash from the quiet seconds.",
    ),
    claim="to point at the right seconds inside one clip",
)
FOUND = Probe(
    title="Crashes found",
    done="The held-out crash clips were analysed as the product does, with its own threshold.",
    quantity="share of crashes missed",
    limits=Limits(0.2, 0.5),
    measure=_missed,
    sentences=(
        "It finds most crashes.",
        "It misses many crashes.",
        "It misses most crashes.",
    ),
    claim="to find the crashes, at its own threshold",
)
CORPORA = Probe(
    title="From corpus to corpus",
    done="The AUC within held-out crash clips was taken for each corpus apart.",
    quantity="best corpus less the worst",
    limits=Limits(0.1, 0.2),
    measure=_across_corpora,
    sentences=(
        "It works alike on each corpus.",
        "It works better on one corpus than on another.",
        "It works on one corpus much better than on another: do not expect its figures elsewhere.",
    ),
    claim="to work alike on each of these corpora",
)
