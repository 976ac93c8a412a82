"""The form of the Analyze tab: its values follow the settings, the upload and the checkpoint."""

from typing import Any

import gradio as gr

from ui import views
from ui.analysis_form import OPTIONAL_FORMATS, Form, read_video
from ui.checkpoints import FALLBACK_THRESHOLD
from ui.context import Context
from ui.parts import SKIP, clicked, kept_or_first
from utils.errors import AppError


class FormHandlers:
    """The events of the form."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def follow_settings(self, chosen: Any, seen: Any) -> list[Any]:
        """The form of a tab that is opened again: new values where the settings have changed."""
        if seen != self.context.settings:
            return self.defaults()
        return [SKIP, self.fresh_choices(chosen), *[SKIP] * 5]

    def defaults(self) -> list[Any]:
        """The card and the form's values as the settings are now, and these settings."""
        settings, shelf = self.context.settings, self.context.checkpoints
        names = shelf.names()
        first = shelf.find(names[0]) if names else None
        own = settings.trigger.threshold
        usual = first.threshold if first else FALLBACK_THRESHOLD
        return [
            views.card(first),
            gr.Dropdown(names, value=first.name if first else None),
            usual if own is None else own,
            settings.limits.max_sampled_frames or 0,
            settings.describer.kind,
            [f for f in OPTIONAL_FORMATS if f in settings.outputs.formats or f == "wav"],
            settings,
        ]

    def fresh_choices(self, chosen: Any) -> Any:
        """The checkpoints that are there now; the chosen one stays."""
        names = self.context.checkpoints.names()
        return gr.Dropdown(names, value=kept_or_first(chosen, names))

    def take_threshold(self, event: gr.EventData) -> Any:
        """The threshold that a hint offers."""
        value = clicked(event, "threshold")
        return value if isinstance(value, int | float) and 0 <= value <= 1 else SKIP

    def preview(self, upload: Any) -> str:
        """The player with the video that was just uploaded."""
        try:
            video = read_video(Form(upload=upload), self.context.uploads)
        except AppError:
            return views.player(None)
        return views.player(self.context.media.lend(video), video.name)

    def choose_checkpoint(self, name: Any) -> tuple[str, Any]:
        """The card and the threshold of a checkpoint."""
        try:
            checkpoint = self.context.checkpoints.find(name)
        except AppError:
            return views.card(None), SKIP
        return views.card(checkpoint), checkpoint.threshold
