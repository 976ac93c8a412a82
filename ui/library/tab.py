"""The Library tab: what is where, and which part's event calls which handler."""

from typing import Any

import gradio as gr

from ui.context import Context
from ui.decisions import DECISION_NAMES
from ui.library.adding import AS_IN_SETTINGS, SENSITIVITIES, checkpoint_choices
from ui.library.api import connect_api
from ui.library.filters import ANALYSIS_SORTS, EVENT_SORTS
from ui.library.list_handlers import FILTERS, MOMENTS, VIDEOS, ListHandlers, Listing
from ui.library.queue_handlers import ADDING, QueueHandlers
from ui.parts import PRIVATE, UNQUEUED, html_part
from ui.shell import Shell
from utils.video_files import VIDEO_SUFFIXES

TICK_S = 2.0
CLICK = """
element.addEventListener('click', (click) => {
  const part = click.target.closest('[data-%(name)s]');
  if (!part || part.disabled) return;
  if (part.dataset.ask && !window.confirm(part.dataset.ask)) return;
  trigger('select', {%(name)s: part.dataset.%(name)s});
});
"""
IS_OPEN = "!!document.querySelector('#nm-tab-library-button[aria-selected=true]')"
Parts = dict[str, Any]


def build_library(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    parts: Parts = {"listing": gr.State(Listing()), "told": gr.State("")}
    with gr.Row(elem_id="nm-library", elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_classes="nm-side"):
            parts |= _adding(context) | _queue() | _files(context)
        with gr.Column(scale=1, min_width=320, elem_classes="nm-main-side"):
            parts |= _filters() | _results()
    parts["timer"] = gr.Timer(TICK_S, active=False)
    lists = ListHandlers(context, parts, shell.opening())
    queue = QueueHandlers(context, parts, lists, shell.opening())
    _connect_opening(shell, tab, parts, queue)
    _connect_list(shell, parts, lists)
    _connect_queue(shell, parts, queue)
    _connect_files(parts, queue)
    connect_api(context)


def _adding(context: Context) -> Parts:
    parts: Parts = {}
    parts["places"] = gr.Textbox(
        label="Folders or videos, one per line",
        placeholder="such as /videos/monday",
        lines=2,
        max_lines=6,
        visible=context.local_allowed,
        elem_id="nm-library-places",
    )
    parts["uploads"] = gr.File(
        label="… or drop videos here (they are copied)",
        file_count="multiple",
        file_types=sorted(VIDEO_SUFFIXES),
        height=96,
        elem_id="nm-library-uploads",
    )
    with gr.Row(elem_classes="nm-library-pair"):
        parts["checkpoint"] = gr.Dropdown(
            checkpoint_choices(context),
            value=AS_IN_SETTINGS,
            label="Checkpoint",
            elem_id="nm-library-checkpoint",
        )
        parts["sensitivity"] = gr.Dropdown(
            [(words, name) for name, (words, _) in SENSITIVITIES.items()],
            value=AS_IN_SETTINGS,
            label="How much to find",
            elem_id="nm-library-sensitivity",
        )
    with gr.Row(elem_classes="nm-library-pair"):
        for name, label in (("watch", "Watch the folder"), ("again", "Analyse again")):
            parts[name] = gr.Checkbox(
                label=label, visible=context.local_allowed, elem_id=f"nm-library-{name}"
            )
    parts["add"] = gr.Button("Add to the queue", variant="primary", elem_id="nm-library-add")
    parts["added"] = html_part("", "nm-library-added")
    return parts


def _queue() -> Parts:
    return {"queue": html_part("", "nm-library-queue", CLICK % {"name": "queue"})}


def _files(context: Context) -> Parts:
    parts: Parts = {}
    with gr.Accordion("Export, back up, take in", open=False, elem_id="nm-library-files"):
        parts["csv"] = gr.Button("Table of the listed moments (CSV)", size="sm")
        parts["period"] = gr.Button("Report to print: days of the filter, or 30 days", size="sm")
        parts["reviews"] = gr.Button("Reviews as labels for training", size="sm")
        parts["backup"] = gr.Button("Back up the library", size="sm")
        parts["reports"] = gr.Textbox(
            label="Folder with reports of the command line",
            placeholder="such as /outputs",
            visible=context.local_allowed,
            elem_id="nm-library-reports",
        )
        parts["take_in"] = gr.Button("Take in", size="sm", visible=context.local_allowed)
        parts["exported"] = html_part("", "nm-library-exported")
    return parts


def _filters() -> Parts:
    parts: Parts = {}
    with gr.Row(elem_id="nm-library-bar", elem_classes="nm-library-compact"):
        parts["view"] = gr.Radio(
            [MOMENTS, VIDEOS], value=MOMENTS, label="Show", min_width=232, scale=0
        )
        parts["text"] = gr.Textbox(
            label="Search", placeholder="such as: white van rain", min_width=180, scale=3
        )
        parts["decisions"] = gr.Dropdown(
            [(words, name) for name, words in DECISION_NAMES.items()],
            multiselect=True,
            label="Decision",
            min_width=170,
            scale=2,
        )
        with_events = {"any": "All", "with": "With events", "without": "Without events"}
        parts["with_events"] = _choice("Events", with_events, "any", visible=False)
        parts["event_sort"] = _choice("Order", EVENT_SORTS, "score")
        parts["analysis_sort"] = _choice("Order", ANALYSIS_SORTS, "newest", visible=False)
    with gr.Row(elem_id="nm-library-filters", elem_classes="nm-library-compact"):
        parts["labels"] = gr.Dropdown([], multiselect=True, label="Label", min_width=110)
        parts["facts"] = gr.Dropdown([], multiselect=True, label="Facts", min_width=110)
        parts["min_score"] = gr.Slider(0, 1, value=0, step=0.01, label="Least score", min_width=150)
        parts["since"] = gr.Textbox(label="Analysed since", placeholder="YYYY-MM-DD", min_width=112)
        parts["until"] = gr.Textbox(label="… until", placeholder="YYYY-MM-DD", min_width=112)
        parts["refresh"] = gr.Button("Refresh", size="sm", elem_id="nm-library-refresh", scale=0)
    return parts


def _choice(label: str, words: Any, value: str, *, visible: bool = True) -> gr.Dropdown:
    choices = [(text, name) for name, text in words.items()]
    return gr.Dropdown(choices, value=value, label=label, visible=visible, min_width=170)


def _results() -> Parts:
    return {
        "note": html_part("", "nm-library-note"),
        "results": html_part("", "nm-library-results", CLICK % {"name": "library"}),
    }


def _asked(parts: Parts) -> set[Any]:
    return {parts[name] for name in (*FILTERS, "view", "listing")}


def _shown(parts: Parts) -> list[Any]:
    return [parts[name] for name in ("results", "listing", "refresh", "note")]


def _listed(parts: Parts) -> list[Any]:
    return [*_shown(parts), *(parts[name] for name in ("labels", "facts", "checkpoint"))]


def _connect_opening(shell: Shell, tab: gr.Tab, parts: Parts, queue: QueueHandlers) -> None:
    told = [parts["queue"], parts["told"]]
    for opened in (tab.select, parts["refresh"].click):
        opened(queue.open, _asked(parts), [*_listed(parts), *told], **UNQUEUED)
    # The queue is asked about only while this tab is the one that is open.
    shell.tabs.change(
        None, None, parts["timer"], js=f"() => ({{__type__: 'update', active: {IS_OPEN}}})"
    )


def _connect_list(shell: Shell, parts: Parts, lists: ListHandlers) -> None:
    asked, shown = _asked(parts), _shown(parts)
    latest: dict[str, Any] = {"trigger_mode": "always_last", **UNQUEUED}
    for name in FILTERS:
        changed = _changed(parts[name])
        changed(lists.narrow, asked, shown, **latest)
    fields = [parts[name] for name in FILTERS]
    parts["view"].input(lists.change_view, asked, [*shown, *fields], **latest)
    parts["results"].select(
        lists.act, asked, [*shown, *fields, parts["view"], *shell.opening()], **UNQUEUED
    )


def _connect_queue(shell: Shell, parts: Parts, queue: QueueHandlers) -> None:
    told = [parts["queue"], parts["told"]]
    parts["timer"].tick(
        queue.tick, {*_asked(parts), parts["told"]}, [*_listed(parts), *told], **UNQUEUED
    )
    adding = [parts[name] for name in ADDING]
    parts["add"].click(queue.add, set(adding), [*adding, parts["added"], *told], **PRIVATE)
    parts["queue"].select(queue.act, None, [parts["added"], *told, *shell.opening()], **UNQUEUED)


def _connect_files(parts: Parts, queue: QueueHandlers) -> None:
    done = [parts["exported"]]
    parts["csv"].click(queue.export_csv, _asked(parts), done, **PRIVATE)
    parts["period"].click(queue.export_period, [parts["since"], parts["until"]], done, **PRIVATE)
    parts["reviews"].click(queue.export_reviews, None, done, **PRIVATE)
    parts["backup"].click(queue.back_up, None, done, **PRIVATE)
    parts["take_in"].click(queue.take_in, [parts["reports"]], done, **PRIVATE)


def _changed(part: Any) -> Any:
    """The event that tells what a person chose; `input` of a text box misses what is not typed."""
    if isinstance(part, gr.Textbox):
        return part.change
    return part.release if isinstance(part, gr.Slider) else part.input
