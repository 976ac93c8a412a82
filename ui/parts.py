"""Pieces that several tabs are laid out with: our own HTML, clicks inside it, quiet events."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

SKIP: Any = gr.skip()
# Handlers of the screen: no endpoint of the API (nor the name of one), no grey overlay.
PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "api_name": "screen",
    "show_progress": "hidden",
}
# What answers at once needs no place in the queue, whose way is longer: an event, then a stream.
UNQUEUED = PRIVATE | {"queue": False}
MAX_DIGITS = 15
# Clicks inside our HTML reach Python through these; scripts/page.js does what needs no server.
CLICK_EVENT = """
element.addEventListener('click', (click) => {
  const part = click.target.closest('[data-event]');
  if (part && !part.disabled) trigger('select', {event: Number(part.dataset.event)});
});
"""
CLICK_THRESHOLD = """
element.addEventListener('click', (click) => {
  const part = click.target.closest('[data-threshold]');
  if (part) trigger('select', {threshold: Number(part.dataset.threshold)});
});
"""


def html_part(value: str, elem_id: str, js_on_load: str | None = None) -> gr.HTML:
    """Our own HTML: no default looks, no click events that nobody asked for."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False)


def kept_or_first(chosen: Any, values: Sequence[Any]) -> Any:
    """What stays chosen when a list is made anew: the same where it is still there."""
    return chosen if chosen in values else next(iter(values), None)


def clicked(event: gr.EventData, name: str) -> Any:
    """What a click inside our HTML carried under this name; anything, or None."""
    values = getattr(event, "_data", None)
    return values.get(name) if isinstance(values, dict) else None


def clicked_action(event: gr.EventData, name: str) -> tuple[str, int] | None:
    """What a click asks for, such as `cancel:12`; None where it asks for nothing of the kind."""
    action, _, number = str(clicked(event, name)).partition(":")
    if not number.isascii() or not number.isdecimal() or len(number) > MAX_DIGITS:
        return None
    return action, int(number)


def run_buttons(*, running: bool) -> dict[str, Any]:
    """Both buttons of a run, by the names that screens give them."""
    return {
        "start": gr.Button(interactive=not running),
        "cancel": gr.Button(interactive=running),
    }
