"""How long a server is waited for in vain, so that a dead one does not hold up a long run."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from utils.errors import ModelUnavailableError

REST_S = 60.0


class Patience:
    """Counts the seconds without an answer; an answer makes it whole again."""

    def __init__(self, limit_s: float, where: str) -> None:
        self.limit_s = limit_s
        self.where = where
        self._lost_s = 0.0
        self._gave_up = 0.0

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Wraps asking; gives the seconds that may still be lost.

        Raises ModelUnavailableError at once where none is left. After a minute's rest the server
        is asked again, because it may have been started meanwhile.
        """
        if self._lost_s >= self.limit_s:
            self._rest()
        started = monotonic()
        try:
            yield self.limit_s - self._lost_s
        except ModelUnavailableError:
            self._gave_up = monotonic()
            self._lost_s += self._gave_up - started
            raise
        self._lost_s = 0.0

    def _rest(self) -> None:
        if monotonic() - self._gave_up < REST_S:
            raise ModelUnavailableError(
                f"{self.where} was waited for in vain for {self.limit_s:g} s and is not asked any "
                "more: see whether the server runs, or raise describer.patience_s"
            )
        self._lost_s = 0.0
