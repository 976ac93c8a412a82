"""What each event of a report looks like, as one vector per event, in a file beside its pictures.

Vectors of one encoder can be compared with each other and with no other's. What an encoder is, and
who compares, is not known here. Dims: N events, D features.
"""

import logging
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from utils.atomic import atomic_write_bytes, explain_os_error
from utils.errors import OutputError
from utils.writers.layout import OutputLayout

FEATURES_FILE = "features.safetensors"
MAX_FILE_BYTES = 256 << 20
MAX_FEATURES = 65_536
MAX_ENCODER_CHARACTERS = 200
_TENSOR, _ENCODER = "events", "encoder"
_UNIT_TOLERANCE = 5e-3  # float16 on the disk moves a length by less

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class EventFeatures:
    """Row n - 1 belongs to event number n.

    encoder: names the network and its weights, so that equal names mean comparable vectors.
    vectors: float32 (N,D), rows of unit length; zeros for an event of which nothing is known.
    """

    encoder: str
    vectors: Vectors

    def __post_init__(self) -> None:
        problem = _problem(self.encoder, self.vectors)
        if problem:
            raise ValueError(problem)

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        return f"EventFeatures({len(self)} events, {self.vectors.shape[1]} of {self.encoder})"


def unit_rows(rows: Vectors) -> Vectors:
    """Rows (N,D) scaled to unit length; rows that are zero or not finite become zeros."""
    exact = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    known = np.isfinite(lengths) & (lengths > 0)
    unit = np.divide(exact, lengths, out=np.zeros_like(exact), where=known)
    return np.asarray(unit, np.float32)


def features_path(layout: OutputLayout) -> Path:
    """The file of a report's features."""
    return layout.files_folder / FEATURES_FILE


def write_event_features(layout: OutputLayout, features: EventFeatures | None) -> None:
    """Write the file, wholly or not at all; None removes what an earlier run left.

    Raises OutputError.
    """
    path = features_path(layout)
    if features is None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(explain_os_error(error, path)) from error
        return
    tensors = {_TENSOR: features.vectors.astype(np.float16)}
    atomic_write_bytes(path, save(tensors, metadata={_ENCODER: features.encoder}))


def read_event_features(layout: OutputLayout) -> EventFeatures | None:
    """The features of a report; None where it has none.

    They are an extra: a file that is damaged, too large or not ours counts as absent, and the log
    says why. Vectors come as float32 rows of unit length.
    """
    path = features_path(layout)
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
        log.warning("%s: not a regular file of at most %d MiB", path, MAX_FILE_BYTES >> 20)
        return None
    try:
        return _read(path)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        log.warning("%s: no features of events: %s", path, error)
        return None


def _read(path: Path) -> EventFeatures:
    with safe_open(path, framework="numpy") as file:
        encoder = str((file.metadata() or {})[_ENCODER])
        part = file.get_slice(_TENSOR)
        if part.get_dtype() != "F16" or len(part.get_shape()) != 2:
            raise ValueError(f"holds {part.get_dtype()} {part.get_shape()}, not F16 (N,D)")
        stored = file.get_tensor(_TENSOR).astype(np.float32)
    problem = _problem(encoder, stored)
    if problem:
        raise ValueError(problem)
    return EventFeatures(encoder, unit_rows(stored))


def _problem(encoder: str, vectors: Vectors) -> str:
    """Why these cannot be features of events; empty where they can."""
    if not 0 < len(encoder) <= MAX_ENCODER_CHARACTERS or not encoder.isprintable():
        return f"the encoder's name is {encoder[:40]!r}"
    if vectors.dtype != np.float32 or vectors.ndim != 2:
        return f"vectors must be float32 (N,D), not {vectors.dtype} {vectors.shape}"
    if not 0 < vectors.shape[1] <= MAX_FEATURES:
        return f"{vectors.shape[1]} features; 1 to {MAX_FEATURES} are right"
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    off = np.abs(lengths - 1)
    if not bool(np.all((off < _UNIT_TOLERANCE) | (lengths == 0))):  # NaN fails too
        return "a row is neither of unit length nor zero"
    return ""
