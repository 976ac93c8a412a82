"""Which events of two analyses of one video are the same moment: matched by time, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from utils.report import TriggerEvent

TOLERANCE_S = 2.0


@dataclass(frozen=True, slots=True)
class EventMatch:
    """Numbers (from 1) of one moment's events in both analyses; None where one has none there.

    inside: number of the other side's event that goes on at that time, though it is not the match.
    """

    a: int | None
    b: int | None
    inside: int | None = None


def match_events(a: Sequence[TriggerEvent], b: Sequence[TriggerEvent]) -> list[EventMatch]:
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


def same_moment(a: TriggerEvent, b: TriggerEvent) -> bool:
    """Whether the peaks are at most 2 s apart, or each lies within the other event."""
    close = abs(a.peak_s - b.peak_s) <= TOLERANCE_S
    return close or (covers(a, b.peak_s) and covers(b, a.peak_s))


def covers(event: TriggerEvent, time_s: float) -> bool:
    """Whether the event goes on at this time."""
    return event.start_s <= time_s < event.end_s


def _around(event: TriggerEvent, others: Sequence[TriggerEvent]) -> int | None:
    numbers = (n for n, other in enumerate(others, start=1) if covers(other, event.peak_s))
    return next(numbers, None)
