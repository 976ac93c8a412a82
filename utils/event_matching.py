"""Which events of several analyses of one video are the same moment: by time, nothing else."""

from collections.abc import Iterator, Sequence
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
    both = [*a, *b]
    groups = group_moments(both, ["a"] * len(a) + ["b"] * len(b))
    in_time = sorted(map(sorted, groups), key=lambda group: both[group[0]].peak_s)
    return [_match(group, a, b) for group in in_time]


def group_moments(events: Sequence[Timed], analyses: Sequence[object]) -> list[list[int]]:
    """Indices of the events that are one moment; every event is in one group, if only alone.

    analyses: which analysis each event is of; events of one analysis are never the same moment.
    The closest peaks come together first, and each event of a group fits all others.
    """
    groups = [[n] for n in range(len(events))]
    for _, i, k in sorted(_near(events, analyses)):
        a, b = groups[i], groups[k]
        if a is not b and all(_fit(events, analyses, n, m) for n in a for m in b):
            a += b
            for n in b:
                groups[n] = a
    return [group for n, group in enumerate(groups) if group[0] == n]


def same_moment(a: Timed, b: Timed) -> bool:
    """Whether the peaks are at most 2 s apart, or each lies within the other event."""
    close = abs(a.peak_s - b.peak_s) <= TOLERANCE_S
    return close or (covers(a, b.peak_s) and covers(b, a.peak_s))


def covers(event: Timed, time_s: float) -> bool:
    """Whether the event goes on at this time."""
    return event.start_s <= time_s < event.end_s


def _near(events: Sequence[Timed], analyses: Sequence[object]) -> Iterator[tuple[float, int, int]]:
    """The pairs that are one moment, with how far apart their peaks are."""
    in_time = sorted(range(len(events)), key=lambda n: events[n].start_s)
    for place, n in enumerate(in_time):
        for m in in_time[place + 1 :]:
            if events[m].start_s > events[n].end_s + TOLERANCE_S:
                break
            if _fit(events, analyses, n, m):
                apart_s = abs(events[n].peak_s - events[m].peak_s)
                yield apart_s, min(n, m), max(n, m)


def _fit(events: Sequence[Timed], analyses: Sequence[object], n: int, m: int) -> bool:
    return analyses[n] != analyses[m] and same_moment(events[n], events[m])


def _match(group: Sequence[int], a: Sequence[Timed], b: Sequence[Timed]) -> EventMatch:
    first, last = group[0], group[-1] - len(a)
    if len(group) == 2:
        return EventMatch(first + 1, last + 1)
    if first < len(a):
        return EventMatch(first + 1, None, _around(a[first], b))
    return EventMatch(None, last + 1, _around(b[last], a))


def _around(event: Timed, others: Sequence[Timed]) -> int | None:
    numbers = (n for n, other in enumerate(others, start=1) if covers(other, event.peak_s))
    return next(numbers, None)
