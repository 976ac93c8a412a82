"""Does the score follow what happens over time? Shuffled frames, a still picture, cut clips.

A trigger that looks at single pictures, or at the place in the file, fails here. T frames.
"""

from dataclasses import replace

import numpy as np

from models.trust.judging import Limits, mean_of, share_of, worst
from models.trust.probe import Measured, Probe
from models.trust.subject import Footage, Subject
from utils.clip import Clip, Floats, ScoreTrack
from utils.events import find_events
from utils.metrics.drives import clip_auc
from utils.metrics.scored_clip import ScoredClip

CUTS_S = (1.0, 2.0, 3.0)
SETTLED_S = 8.0  # a score this far from a cut must not know of it
WARM_UP_S = (1.0, 2.0, 3.0)
FEWEST_FRAMES = 6


def _shuffled_scores(subject: Subject, footage: Footage, seed: int) -> Floats:
    """Scores (T,) of the frames in a random order, put back to the frames they belong to."""
    order = np.random.default_rng(seed).permutation(len(footage.frames))
    found = subject.rescore(footage, footage.frames.frames[order]).track.scores
    back = np.empty(len(order))
    back[order] = found
    return back


def _correlation(first: Floats, second: Floats) -> float:
    """Pearson's; equal constants count as 1, other constants as 0."""
    if np.allclose(first, second, atol=1e-9):
        return 1.0
    if first.std() < 1e-9 or second.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _shuffle(subject: Subject) -> Measured:
    long = [f for f in subject.crashes if len(f.frames) >= FEWEST_FRAMES]
    scores = [_shuffled_scores(subject, f, seed) for seed, f in enumerate(long)]
    pairs = list(zip(long, scores, strict=True))
    found = mean_of([_correlation(f.track.scores, s) for f, s in pairs])
    before = [clip_auc(f.scored) for f in long]
    after = [clip_auc(ScoredClip(f.clip, replace(f.track, scores=s))) for f, s in pairs]
    aucs = [(b, a) for b, a in zip(before, after, strict=True) if b is not None and a is not None]
    words = f"correlation of the frames' scores before and after {found}"
    if aucs:
        means = np.mean(aucs, axis=0)
        words += f"; AUC within clips {means[0]:.2f} before, {means[1]:.2f} after ({len(aucs)})"
    return Measured(found, words)


def _still(subject: Subject) -> Measured:
    alarms: list[bool] = []
    for footage in subject.crashes:
        times_s, contact_s = footage.frames.times_s, footage.clip.first_event_s or 0.0
        row = int(np.abs(times_s - contact_s).argmin())
        frozen = np.repeat(footage.frames.frames[row : row + 1], len(times_s), axis=0)
        alarms.append(_has_event(subject, subject.rescore(footage, frozen).track))
    moving = share_of([_has_event(subject, f.track) for f in subject.crashes])
    found = share_of(alarms)
    return Measured(found, f"clips with an event {found}; of the same clips in motion {moving}")


def _has_event(subject: Subject, track: ScoreTrack) -> bool:
    return bool(find_events(track, subject.trigger.threshold, settings=subject.events))


def _cut(subject: Subject) -> Measured:
    found, words = [], []
    for start_s, end_s in (*((cut_s, 0.0) for cut_s in CUTS_S), (0.0, CUTS_S[-1])):
        changes = [_change_by_cut(subject, f, start_s, end_s) for f in subject.held_out]
        found.append(mean_of([c for c in changes if c is not None]))
        where = f"{start_s:g} s off the start" if start_s else f"{end_s:g} s off the end"
        words.append(f"{where} {found[-1].value:.4f} (n = {found[-1].n})")
    return Measured(worst(found), f"mean change of the settled scores: {', '.join(words)}")


def _change_by_cut(
    subject: Subject, footage: Footage, start_s: float, end_s: float
) -> float | None:
    """Mean change of the scores far from a cut end, with so many seconds off start and end."""
    times_s = footage.frames.times_s
    first_s, last_s = times_s[0] + start_s, times_s[-1] - end_s
    rows = np.flatnonzero((times_s >= first_s) & (times_s <= last_s))
    settled = (times_s >= first_s + SETTLED_S * bool(start_s)) & (
        times_s <= last_s - SETTLED_S * bool(end_s)
    )
    if not settled.any():
        return None
    track = subject.score(_as_own_file(footage.frames.take(rows.tolist())))
    return float(np.abs(track.scores[settled[rows]] - footage.track.scores[settled]).mean())


def _as_own_file(clip: Clip) -> Clip:
    """The frames as if the file began with the first of them."""
    return replace(
        clip,
        times_s=clip.times_s - clip.times_s[0],
        frame_indices=clip.frame_indices - clip.frame_indices[0],
    )


def _warm_up(subject: Subject) -> Measured:
    found, words = [], []
    for skipped_s in WARM_UP_S:
        pairs = [_aucs(f, skipped_s) for f in subject.crashes]
        kept = [pair for pair in pairs if pair is not None]
        found.append(mean_of([whole - late for whole, late in kept]))
        means = np.mean(kept, axis=0) if kept else (np.nan, np.nan)
        words.append(f"{skipped_s:g} s: {means[0]:.2f} to {means[1]:.2f} (n = {len(kept)})")
    return Measured(worst(found), "AUC within clips, without the first " + ", ".join(words))


def _aucs(footage: Footage, skipped_s: float) -> tuple[float, float] | None:
    late = footage.track.between(footage.track.times_s[0] + skipped_s, np.inf)
    whole, rest = clip_auc(footage.scored), clip_auc(ScoredClip(footage.clip, late))
    return None if whole is None or rest is None else (whole, rest)


SHUFFLE = Probe(
    title="Frames in random order",
    done="The frames of each held-out crash clip were shuffled, scored, and put back in order.",
    quantity="correlation of the scores",
    limits=Limits(0.5, 0.9),
    measure=_shuffle,
    sentences=(
        "The order of the frames matters to the score.",
        "Part of the score comes from single pictures, whatever their order.",
        "The order of the frames hardly matters: it judges single pictures.",
    ),
    claim="to judge what happens over time, not single pictures",
)
STILL = Probe(
    title="A still picture of the contact",
    done="Each held-out crash clip was replaced by its frame of first contact, held all along.",
    quantity="share of still clips with an event",
    limits=Limits(0.0, 0.2),
    measure=_still,
    sentences=(
        "A picture that stands still never raises an alarm.",
        "Some still pictures raise an alarm, though nothing happens in them.",
        "Still pictures raise alarms: what a scene looks like is taken for a crash.",
    ),
    claim="to stay silent while nothing moves",
)
CUT = Probe(
    title="Place in the file",
    done=(
        "1, 2 and 3 s were cut off the start of each held-out clip, and 3 s off its end; scores at "
        f"least {SETTLED_S:g} s from the cut were compared with those of the whole clip."
    ),
    quantity="mean change of a score",
    limits=Limits(0.01, 0.05),
    measure=_cut,
    sentences=(
        "Where a moment lies in the file does not matter.",
        "Where a moment lies in the file matters a little.",
        "Where a moment lies in the file changes its score: figures on short clips mean nothing.",
    ),
    claim="to score a moment alike wherever it lies in a file",
)
WARM_UP = Probe(
    title="The first seconds",
    done="The AUC within crash clips was taken again without the first 1, 2 and 3 s of each clip.",
    quantity="loss of AUC",
    limits=Limits(0.05, 0.15),
    measure=_warm_up,
    sentences=(
        "The figures do not live on low scores in the first seconds.",
        "Part of the AUC comes from low scores in the first seconds, when little was seen yet.",
        "Much of the AUC comes from low scores in the first seconds; in a long drive it is lower.",
    ),
    claim="to rank the seconds of a long drive as well as those of a short clip",
)
