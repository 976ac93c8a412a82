"""Which events of two analyses of one video are the same moment: matched by time, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

TOLERANCE_S = 2.0


class Timed(Protocol):
    """An event, as far as time goes, seconds from the first frame."""

    @property
    def start_s(self) -> float:
        """Its start."""

    @property
    def end_s(self) -> float:
        """Its end, which is no part of it."""

    @property
    def peak_s(self) -> float:
        """Its highest score."""


class Times(NamedTuple):
    """The times of an event, and nothing else of it."""

    start_s: float
    end_s: float
    peak_s: float


@dataclass(frozen=True, slots=True)
class EventMatch:
    """Numbers (from 1) of one moment's events in both analyses; None where one has none there.

    inside: number of the other side's event that goes on at that time, though it is not the match.
    """

    a: int | None
    b: int | None
    inside: int | None = None


def match_events(a: Sequence[Timed], b: Sequence[Timed]) -> list[EventMatch]:
    """The moments of both in order of time; the closest peaks are matched first, each once."""
    near = sorted(
        (abs(x.peak_s - y.peak_s), i, k)
        for i, x in enumerate(a)
        for k, y in enumerate(b)
        if same_moment(x, y)
    )
    of_a: dict[int, int] = {}
    of_b: set[int] = set()
    for _, i, k in near:
        if i not in of_a and k not in of_b:
            of_a[i] = k
            of_b.add(k)
    found = [(a[i].peak_s, EventMatch(i + 1, k + 1)) for i, k in of_a.items()]
    found += [
        (x.peak_s, EventMatch(i + 1, None, _around(x, b))) for i, x in enumerate(a) if i not in of_a
    ]
    found += [
        (y.peak_s, EventMatch(None, k + 1, _around(y, a))) for k, y in enumerate(b) if k not in of_b
    ]
    return [match for _, match in sorted(found, key=lambda pair: pair[0])]


def same_moment(a: Timed, b: Timed) -> bool:
    """Whether the peaks are at most 2 s apart, or each lies within the other event."""
    close = abs(a.peak_s - b.peak_s) <= TOLERANCE_S
    return close or (covers(a, b.peak_s) and covers(b, a.peak_s))


def covers(event: Timed, time_s: float) -> bool:
    """Whether the event goes on at this time."""
    return event.start_s <= time_s < event.end_s


def _around(event: Timed, others: Sequence[Timed]) -> int | None:
    numbers = (n for n, other in enumerate(others, start=1) if covers(other, event.peak_s))
    return next(numbers, None)
