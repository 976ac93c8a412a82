"""Does it matter at which rate the frames come? Training and use must agree on it."""

from dataclasses import replace

import numpy as np

from models.trust.judging import Limits, share_of, worst
from models.trust.probe import Measured, Probe
from models.trust.subject import Subject
from utils.errors import VideoError
from utils.metrics.drives import clip_auc
from utils.metrics.scored_clip import ScoredClip

FACTORS = (2.0, 0.5)


def _at_other_rates(subject: Subject) -> Measured:
    found, words, threshold = [], [], subject.trigger.threshold
    for factor in FACTORS:
        pairs = _rescored(subject, factor)
        alarms = [[s.track.scores.max() >= threshold for s in pair] for pair in pairs]
        found.append(share_of([before != after for before, after in alarms]))
        aucs = [(clip_auc(a), clip_auc(b)) for a, b in pairs]
        kept = [(a, b) for a, b in aucs if a is not None and b is not None]
        means = np.mean(kept, axis=0) if kept else (np.nan, np.nan)
        words.append(
            f"{factor:g} times the rate: clips that change {found[-1]}, AUC within clips "
            f"{means[0]:.2f} to {means[1]:.2f} ({len(kept)})"
        )
    return Measured(worst(found), "; ".join(words))


def _rescored(subject: Subject, factor: float) -> list[tuple[ScoredClip, ScoredClip]]:
    """Held-out clips with their scores at the right rate and at another one."""
    sampling = subject.trigger.sampling
    other = replace(sampling, rate_fps=sampling.rate_fps * factor)
    pairs: list[tuple[ScoredClip, ScoredClip]] = []
    for footage in subject.held_out:
        try:
            frames = subject.load(footage.clip, other)
        except VideoError:
            continue  # it was read at the right rate, so the file is gone since
        pairs.append((footage.scored, ScoredClip(footage.clip, subject.score(frames))))
    return pairs


OTHER_RATE = Probe(
    title="Another sampling rate",
    done="All held-out clips were decoded at twice and at half the checkpoint's rate and scored.",
    quantity="share of clips that gain or lose their event",
    limits=Limits(0.05, 0.2),
    measure=_at_other_rates,
    sentences=(
        "The sampling rate may change without harm.",
        "The sampling rate matters: keep the one in the checkpoint, as this program does.",
        "Scores at another sampling rate mean something else: never feed frames at another rate.",
    ),
    claim="to decide alike at a sampling rate other than its own",
)
