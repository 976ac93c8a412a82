"""The Analyze tab's action for programs."""

from typing import Any

import gradio as gr
from gradio.events import api as endpoint

from ui.analyze.form import Form
from ui.analyze.handlers import Handlers


def connect_api(handlers: Handlers) -> None:
    """Add the endpoint to the page that is being built."""

    async def analyze(  # noqa: PLR0913 - the named arguments of a public endpoint
        request: gr.Request,
        local_path: str = "",
        video: dict[str, Any] | None = None,
        checkpoint: str | None = None,
        threshold: float | None = None,
        max_sampled_frames: int | None = None,
        describer: str | None = None,
    ) -> dict[str, Any]:
        """Analyse one video and return its report, as the JSON file of the command line.

        Args:
            local_path: the video on the computer that runs the app; read in place, never copied.
            video: or an uploaded file, as `gradio_client.handle_file` makes it.
            checkpoint: one of the checkpoints' names; null: that of the settings.
            threshold: score from which frames are an event, 0 to 1; null: the settings' or the
                checkpoint's own.
            max_sampled_frames: most frames to score, spread over the video; 0: all; null: as in
                the settings.
            describer: auto, template, llava, llm or openai; null: as in the settings.

        Returns:
            the report; docs/report.md says what is in it
        """
        upload = video.get("path") if isinstance(video, dict) else None
        form = Form(upload, local_path, checkpoint, threshold, max_sampled_frames, describer)
        return await handlers.report(form, request.session_hash or "")

    endpoint(analyze, api_name="analyze", concurrency_limit=None)
