"""Does it matter at which rate the frames come? Training and use must agree on it."""

from dataclasses import replace

import numpy as np

from models.trust.judging import Limits, mean_of, worst
from models.trust.probe import Measured, Probe
from models.trust.subject import Subject
from utils.errors import VideoError
from utils.metrics.drives import clip_auc
from utils.metrics.scored_clip import ScoredClip

FACTORS = (2.0, 0.5)


def _at_other_rates(subject: Subject) -> Measured:
    found, words = [], []
    for factor in FACTORS:
        pairs = _rescored(subject, factor)
        found.append(mean_of([abs(a.track.scores.max() - b.track.scores.max()) for a, b in pairs]))
        aucs = [(clip_auc(a), clip_auc(b)) for a, b in pairs]
        kept = [(a, b) for a, b in aucs if a is not None and b is not None]
        means = np.mean(kept, axis=0) if kept else (np.nan, np.nan)
        words.append(
            f"{factor:g} times the rate: change {found[-1]}, AUC within clips {means[0]:.2f} to "
            f"{means[1]:.2f} ({len(kept)})"
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
    quantity="change of a clip's highest score",
    limits=Limits(0.1, 0.2),
    measure=_at_other_rates,
    sentences=(
        "The sampling rate may change without harm.",
        "The sampling rate matters: keep the one in the checkpoint, as this program does.",
        "Scores at another sampling rate mean something else: never feed frames at another rate.",
    ),
    claim="at a sampling rate other than its own",
)
