"""Gathers what each event looks like while its pictures are at hand."""

import numpy as np

from models.interfaces import FrameEncoder
from utils.clip import Clip
from utils.event_features import EventFeatures, Vectors, unit_rows


class EventVectors:
    """One vector per event: the mean of its keyframes' vectors, of unit length."""

    def __init__(self, encoder: FrameEncoder | None) -> None:
        """encoder None: nothing is gathered."""
        self._encoder = encoder
        self._rows: dict[int, Vectors] = {}

    def add(self, number: int, keyframes: Clip) -> None:
        """Take event `number` (from 1)."""
        if self._encoder is not None:
            self._rows[number] = self._encoder.encode(keyframes.frames).mean(axis=0)

    def features(self) -> EventFeatures | None:
        """The vectors of events 1, 2, ... so far; None without an encoder or an event."""
        if self._encoder is None or not self._rows:
            return None
        rows = np.stack([self._rows[number] for number in sorted(self._rows)])
        return EventFeatures(self._encoder.name, unit_rows(rows))
