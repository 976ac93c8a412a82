"""Scene metadata against references, field by field: accuracy of categories, F1 of sets.

A field that the reference does not know counts for nothing; an answer of `unknown`, or no usable
answer, is wrong. Dims: N clips, F fields.
"""

from collections.abc import Sequence

import numpy as np

from utils.answers import SceneMetadata
from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.metrics.measure import ratio

FIELDS = tuple(name for name in SceneMetadata.model_fields if name != "caption")
UNKNOWN = "unknown"


class MetadataMeasure:
    """One figure per field that any reference knows, and their mean."""

    def __init__(
        self, references: Sequence[SceneMetadata], answers: Sequence[SceneMetadata | None]
    ) -> None:
        """Raises AnnotationError where no reference knows any field."""
        known = {name: [_known(getattr(row, name)) for row in references] for name in FIELDS}
        self._fields = [name for name in FIELDS if any(known[name])]
        if not self._fields:
            raise AnnotationError("protocol metadata: every field of the references is unknown")
        self.used = range(len(references))
        self.names = (*map(_figure_name, self._fields), "mean")
        self._known = np.array([known[name] for name in self._fields], dtype=np.int64)
        self._right = np.array(
            [
                [
                    _agreement(name, told, said)
                    for told, said in zip(references, answers, strict=True)
                ]
                for name in self._fields
            ]
        )

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        counted = self._known * weights
        each = [
            ratio(float(own @ right), float(own.sum()))
            for own, right in zip(counted, self._right, strict=True)
        ]
        found = [value for value in each if np.isfinite(value)]
        return np.array([*each, ratio(sum(found), len(found))])


def set_f1(told: Sequence[str], said: Sequence[str]) -> float:
    """Twice the shared categories over all of both; 1 where both are empty."""
    both = len(told) + len(said)
    return 2 * len(set(told) & set(said)) / both if both else 1.0


def is_set(name: str) -> bool:
    """Whether a field holds several categories."""
    return isinstance(SceneMetadata.model_fields[name].default, tuple)


def _figure_name(name: str) -> str:
    return f"{name}_f1" if is_set(name) else f"{name}_accuracy"


def _known(value: str | tuple[str, ...]) -> bool:
    return UNKNOWN not in value if isinstance(value, tuple) else value != UNKNOWN


def _agreement(name: str, told: SceneMetadata, said: SceneMetadata | None) -> float:
    if said is None:
        return 0.0
    if is_set(name):
        return set_f1(getattr(told, name), getattr(said, name))
    return float(getattr(told, name) == getattr(said, name))
