"""Which events look alike: cosines between unit vectors of one encoder, kept in memory.

Dims: N events, D features.
"""

import sqlite3
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from utils.errors import LibraryError

_OF_ENCODER = (
    "FROM event_features f JOIN events e ON e.id = f.event_id "
    "WHERE f.encoder = ? AND length(f.vector) = ? AND e.listed ORDER BY f.event_id"
)
_IDS = f"SELECT f.event_id {_OF_ENCODER}"
_VECTORS = f"SELECT f.vector {_OF_ENCODER}"
_Key = tuple[str, int, int]  # encoder, bytes of a vector, version of the library's features


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The listed events of one encoder. vectors: float32 (N,D)."""

    key: _Key
    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


class FeatureMatrix:
    """What the listed events look like; read again when analyses came or went."""

    def __init__(self) -> None:
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def nearest(
        self, connection: sqlite3.Connection, event_id: int, limit: int
    ) -> dict[int, float]:
        """The most similar other events with their cosines, highest first.

        Raises LibraryError where nobody knows what this event looks like.
        """
        row = connection.execute(
            "SELECT encoder, vector FROM event_features WHERE event_id = ?", (event_id,)
        ).fetchone()
        if row is None:
            raise LibraryError(
                f"nobody knows what event {event_id} looks like; analyse its video again with a "
                "checkpoint that looks at pictures"
            )
        known = self._read(connection, row["encoder"], len(row["vector"]))
        cosines = known.vectors @ np.frombuffer(row["vector"], np.float16).astype(np.float32)
        cosines[known.ids == event_id] = -np.inf
        order = np.argsort(-cosines, kind="stable")[: max(limit, 0)]
        return {int(known.ids[n]): float(cosines[n]) for n in order if np.isfinite(cosines[n])}

    def _read(self, connection: sqlite3.Connection, encoder: str, size_bytes: int) -> _Known:
        mark = connection.execute("SELECT value FROM marks WHERE name = 'features_version'")
        key = (encoder, size_bytes, int(mark.fetchone()["value"]))
        with self._lock:
            if self._known is None or self._known.key != key:
                self._known = _load(connection, key)
            return self._known


def _load(connection: sqlite3.Connection, key: _Key) -> _Known:
    encoder, size_bytes, _ = key
    ids = [row["event_id"] for row in connection.execute(_IDS, (encoder, size_bytes))]
    vectors = np.empty((len(ids), size_bytes // np.dtype(np.float16).itemsize), np.float32)
    for number, row in enumerate(connection.execute(_VECTORS, (encoder, size_bytes))):
        vectors[number] = np.frombuffer(row["vector"], np.float16)
    return _Known(key, np.array(ids, np.int64), vectors)
