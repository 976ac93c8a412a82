"""The Settings tab: what is where, and which part's event calls which handler."""

from typing import Any

import gradio as gr

from ui.context import Context
from ui.parts import PRIVATE, html_part
from ui.settings.api import connect_api
from ui.settings.handlers import Actions, Handlers, Screen
from ui.shell import Shell

# The form's controls and buttons reach Python through this. Other windows, resets and refusals
# change what the form says, so settings.js puts the controls in step after each new version.
FORM_EVENTS = """
const value = (part) => {
  if (part.type === 'checkbox' && part.matches('[data-control]')) return part.checked;
  if (part.matches('[data-control]')) return part.value;
  return [...part.closest('[data-control]').querySelectorAll('input:checked')].map(b => b.value);
};
element.addEventListener('change', (change) => {
  const row = change.target.closest('[data-key]');
  if (row) trigger('select', {key: row.dataset.key, value: value(change.target)});
});
element.addEventListener('click', (click) => {
  const button = click.target.closest('[data-reset]');
  if (button) trigger('select', {reset: button.closest('[data-key]').dataset.key});
});
watch('value', () => document.dispatchEvent(new CustomEvent('nm-settings-shown')));
"""
FORGET_EVENT = """
element.addEventListener('click', (click) => {
  const forget = click.target.closest('[data-forget]');
  if (forget && confirm('Forget all changes of the settings?')) trigger('select', {forget: true});
});
"""
# Every change counts: none may be dropped because the one before it is still on its way.
EVERY: dict[str, Any] = {**PRIVATE, "trigger_mode": "multiple", "queue": False}


def build_settings(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    actions = Actions(context)
    handlers = Handlers(actions)
    now = handlers.show()
    with gr.Row(elem_id="nm-settings", elem_classes="nm-two"):
        with gr.Column(
            scale=1, min_width=320, elem_id="nm-settings-main", elem_classes="nm-main-side"
        ):
            form = html_part(now.form, "nm-settings-form", FORM_EVENTS)
        with gr.Column(scale=0, min_width=320, elem_id="nm-settings-side"):
            if context.try_describer is not None:
                _build_trial(handlers)
            voice = _build_voice(context, handlers)
            questions = html_part(now.questions, "nm-settings-questions")
            changes = html_part(now.changes, "nm-settings-changes", FORGET_EVENT)
    screen = Screen(form, changes, questions)
    form.select(handlers.changed, None, list(screen), **EVERY)
    changes.select(handlers.forget, None, list(screen), **EVERY)
    voice.input(handlers.choose_voice, [voice], list(screen), **EVERY)
    opened = tab.select(handlers.opened, None, list(screen), **PRIVATE)
    opened.then(handlers.load_voices, None, [voice], **PRIVATE)
    connect_api(actions)


def _build_trial(handlers: Handlers) -> None:
    with gr.Column(elem_classes="nm-settings-card"):
        html_part("<h2>Try the describer</h2>", "nm-settings-trial-title")
        button = gr.Button("Ask it about a drawn picture", elem_id="nm-settings-try", size="sm")
        said = html_part(
            '<p class="nm-soft">Shows whether the describer that is set answers, how fast, and '
            "what it can do. Nothing is downloaded.</p>",
            "nm-settings-tried",
        )
    button.click(handlers.try_describer, None, [said], concurrency_limit=1, **PRIVATE)


def _build_voice(context: Context, handlers: Handlers) -> gr.Dropdown:
    chosen = context.settings.speech.voice
    with gr.Column(elem_classes="nm-settings-card"):
        html_part("<h2>Spoken summary</h2>", "nm-settings-voice-title")
        voice = gr.Dropdown(
            [("The engine's own", ""), *([(chosen, chosen)] if chosen else [])],
            value=chosen,
            label="Voice",
            interactive=context.local_allowed,
            elem_id="nm-settings-voice",
        )
        button = gr.Button("Speak a sample", elem_id="nm-settings-speak", size="sm")
        said = html_part("", "nm-settings-sample")
    button.click(handlers.sample, None, [said], **PRIVATE)
    return voice
