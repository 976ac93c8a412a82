"""The events that next and previous go through, in order."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from utils.errors import AppError
from utils.library import Library
from utils.library.records import EventFilter

Order = Literal["to_review", "video", "all"]
ORDER_NAMES: dict[Order, str] = {
    "to_review": "To review, highest score first",
    "video": "This video, in order of time",
    "all": "Everything, highest score first",
}
MAX_WALK = 5000


@dataclass(frozen=True, slots=True)
class Walk:
    """Ids of events in order. total: how many there are, where not all are in the list."""

    order: Order
    ids: tuple[int, ...]
    total: int


def plan_walk(library: Library, order: Any, event_id: int | None) -> Walk:
    """The walk of an order. event_id: an event of the video, for the order `video`.

    An event that the order does not hold stands first, so that a linked event can be opened.
    Raises AppError.
    """
    if order not in get_args(Order):
        raise AppError("Choose one of the orders in the list.")
    if order == "video":
        if event_id is None:
            return Walk(order, (), 0)
        events = library.events.of(library.events.get(event_id).analysis_id)
        return Walk(order, tuple(event.id for event in events), len(events))
    wanted = EventFilter(
        decisions=("unreviewed",) if order == "to_review" else (), sort="score", limit=MAX_WALK
    )
    ids, total = library.events.find_ids(wanted)
    if event_id is None or event_id in ids:
        return Walk(order, tuple(ids), total)
    return Walk(order, (library.events.get(event_id).id, *ids), total + 1)
