"""The Compare tab's actions for programs."""

import asyncio
from contextlib import aclosing
from typing import Any

import gradio as gr

from ui.compare.choices import side_choices, video_choices
from ui.compare.comparer import Comparer, Shown
from ui.compare.form import CompareForm, SideForm, plan_sides
from ui.context import Context
from ui.endpoints import make_endpoints
from utils.errors import AppError


def connect_api(context: Context) -> None:
    """Make the endpoints; docs/api.md has their docstrings."""
    own = CompareApi(context)
    make_endpoints(own.compare, at_once=None)
    make_endpoints(own.comparable)


class CompareApi:
    """The endpoints."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.comparer = Comparer(context)

    async def compare(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        request: gr.Request,
        a: str,
        b: str,
        video: str = "",
        describer_a: str = "",
        describer_b: str = "",
        model_a: str = "",
        model_b: str = "",
        adapter_a: str = "",
        adapter_b: str = "",
        threshold_a: float | None = None,
        threshold_b: float | None = None,
    ) -> dict[str, Any]:
        """Compare two analyses of one video: moments matched by time, fields, settings, speed.

        Args:
            a: the first side: `checkpoint:NAME` is analysed now, `analysis:ID` is in the library
            b: the second side, in the same form
            video: path of the video on this computer; not needed where a side is stored
            describer_a: who describes A's events, where A is analysed now; empty: as in Settings
            describer_b: the same for B
            model_a: model of A's describer, a name or a folder; empty: as in Settings
            model_b: the same for B
            adapter_a: folder of what fine-tuning made for A's model; empty: as in Settings
            adapter_b: the same for B
            threshold_a: score at which A's events start; null: that of the checkpoint
            threshold_b: the same for B

        Returns:
            what both sides are, their moments with the fields that differ, the settings that
            differ, seconds per stage, and the reviewed moments; new analyses join the library
        """
        form = CompareForm(
            a=SideForm(a, describer_a, model_a, adapter_a, threshold_a),
            b=SideForm(b, describer_b, model_b, adapter_b, threshold_b),
            local_path=video,
        )
        session = f"{request.session_hash or ''}/compare-api"
        sides = await asyncio.to_thread(plan_sides, form, self.context)
        async with aclosing(self.comparer.follow(sides, session)) as steps:
            async for step in steps:
                if isinstance(step, Shown):
                    return dict(step.compared.model_dump(mode="json"))
        raise AppError("The comparison ended early.")

    def comparable(self, analysis_id: int | None = None) -> dict[str, Any]:
        """What can be compared: videos of the library, and the sides for one of them.

        Args:
            analysis_id: an analysis of the video in question; null: checkpoints only

        Returns:
            videos and sides, each a list of objects with `words` and `value`
        """
        videos, sides = video_choices(self.context), side_choices(self.context, analysis_id)
        return {
            "videos": [{"words": words, "value": value} for words, value in videos],
            "sides": [{"words": words, "value": value} for words, value in sides],
        }
