"""The Analyze tab's action for programs."""

import asyncio
from contextlib import aclosing
from typing import Any

import gradio as gr

from ui.analysis_form import Form, plan_form
from ui.context import Context
from ui.endpoints import make_endpoints
from ui.shared_report import without_paths
from utils.errors import AppError
from utils.progress import Finished
from utils.writers import report_to_dict


def connect_api(page: gr.Blocks, context: Context) -> None:
    """Make the endpoint; docs/api.md has its docstring."""
    program = AnalyzeApi(context)
    make_endpoints(program.analyze, at_once=None)
    page.unload(program.leave)


class AnalyzeApi:
    """The endpoint."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def analyze(  # noqa: PLR0913 - the named arguments of a public endpoint
        self,
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
        run = await asyncio.to_thread(plan_form, form, self.context)
        job = self.context.jobs.start(request.session_hash or "", run.start)
        async with aclosing(job.watch()) as watch:
            async for news in watch:
                ends = [step for step in news if isinstance(step, Finished)]
                if ends:
                    report = ends[0].report
                    told = report if self.context.local_allowed else without_paths(report)
                    return report_to_dict(told)
        raise AppError("The analysis ended without a report.")

    def leave(self, request: gr.Request) -> None:
        """A program went away: stop what it waited for."""
        self.context.jobs.cancel(request.session_hash or "")
