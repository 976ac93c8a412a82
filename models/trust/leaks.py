"""Was the checkpoint tested on what it was trained on? Shared sources and near-duplicate pictures.

Pictures are compared once a second by difference hashes. K hashes.
"""

from collections.abc import Sequence

import numpy as np

from models.trust.judging import Limits, share_of
from models.trust.probe import Measured, Probe
from models.trust.subject import Subject
from models.trust.traces import ClipTrace, Hashes

MOST_BITS = 5  # of 64 that may differ
FEWEST_PICTURES = 2
MAX_NAMES = 5


def _leaks(subject: Subject) -> Measured:
    train = [t for t in subject.traces if t.clip.split == "train"]
    held_out = [t for t in subject.traces if t.clip.split != "train"]
    if not train:
        return Measured(share_of([]), "no training clip is at hand to compare with")
    groups = {t.clip.group for t in train}
    shared = [t.clip.group in groups for t in held_out]
    twins = [_twin(t, train) for t in held_out]
    found = share_of([s or twin is not None for s, twin in zip(shared, twins, strict=True)])
    pairs = [(t, twin) for t, twin in zip(held_out, twins, strict=True) if twin is not None]
    words = (
        f"held-out clips with a leak {found}: {sum(shared)} share a source with training, "
        f"{len(pairs)} show near-duplicates of training pictures ({len(train)} training clips)"
    )
    return Measured(found, words, _named(pairs))


def _named(pairs: Sequence[tuple[ClipTrace, ClipTrace]]) -> str:
    listed = [f"{a.clip.path.name} looks like {b.clip.path.name}" for a, b in pairs[:MAX_NAMES]]
    return f"{'; '.join(listed)}." if listed else ""


def _twin(held_out: ClipTrace, train: Sequence[ClipTrace]) -> ClipTrace | None:
    """The training clip with the most near-duplicates of this clip's pictures, if enough."""
    counts = [near_duplicates(held_out.hashes, t.hashes) for t in train]
    best = int(np.argmax(counts))
    return train[best] if counts[best] >= FEWEST_PICTURES else None


def near_duplicates(first: Hashes, second: Hashes) -> int:
    """How many pictures of the first (K,) are nearly some picture of the second (K,)."""
    if not len(first) or not len(second):
        return 0
    different = np.bitwise_count(first[:, None] ^ second[None, :])
    return int((different.min(1) <= MOST_BITS).sum())


LEAKS = Probe(
    title="Held-out clips seen in training",
    done=(
        "Held-out clips were compared with the training clips: by source, and by pictures "
        f"(64-bit difference hashes once a second, at most {MOST_BITS} bits apart, at least "
        f"{FEWEST_PICTURES} pictures)."
    ),
    quantity="share of held-out clips",
    limits=Limits(0.0, 0.1),
    measure=_leaks,
    sentences=(
        "No held-out clip was seen in training.",
        "Some held-out clips resemble training clips; look at them before you quote a figure.",
        "Held-out clips were seen in training: the figures are too good.",
    ),
    claim="that its held-out figures are from footage it never saw",
)
