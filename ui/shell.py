"""What the tabs share on the page: the way from one tab to another, and the event it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import gradio as gr

TabName = Literal["analyze", "library", "review", "compare", "train", "evaluate", "settings"]
# Outside the tabs, so that it is heard before Review is opened for the first time.
HEAR_WISH = """
const hear = () => { if (props.value) window.nearmiss.review.want(props.value); };
hear();
watch('value', hear);
"""


class Wanted(NamedTuple):
    """What another tab is asked to show; `nonce` makes the same wish twice two wishes.

    event_id, analysis_id: of the library; one of them is set. walk: ids of the events to go
    through, in order, such as a list that was filtered; empty: Review chooses.
    """

    nonce: float
    event_id: int | None = None
    analysis_id: int | None = None
    walk: tuple[int, ...] = ()


@dataclass(frozen=True)
class Shell:
    """The page around the tabs. wish: holds what a tab asks Review to show, unseen."""

    page: gr.Blocks
    wish: gr.HTML
    tabs: gr.Tabs

    @contextmanager
    def tab(self, name: TabName) -> Iterator[gr.Tab]:
        """One tab, to be filled inside the block."""
        with gr.Tab(name.capitalize(), id=name, elem_id=f"nm-tab-{name}") as tab:
            yield tab

    def opening(self) -> list[Any]:
        """The outputs of an event that goes to Review; see `open_review`."""
        return [self.tabs, self.wish]


def wish_part() -> gr.HTML:
    """The part that tells scripts/review.js what is wanted."""
    return gr.HTML(elem_id="nm-wish", html_template="", js_on_load=HEAR_WISH)


def open_review(wanted: Wanted) -> list[Any]:
    """The values for `Shell.opening`."""
    return [gr.Tabs(selected="review"), wanted._asdict()]
