"""A desk with a library of one analysed video: three events, drawn pictures, a drawn video."""

from dataclasses import dataclass

import pytest

from tests.fake_analyze import FakeAnalyze
from tests.ui.conftest import three_events
from ui.review.desk import Desk
from ui.review.extras import Extras
from ui.review.handlers import Screen
from utils.report import AnalysisReport
from utils.writers import OutputLayout, write_json


@dataclass
class Analysed:
    """A stored analysis with the ids of its events."""

    layout: OutputLayout
    ids: list[int]


@pytest.fixture
def analyse(context, video):
    """Stores a report in the library as the app does, with pictures."""

    def analyse(report: AnalysisReport | None = None, name: str = "drive") -> Analysed:
        layout = OutputLayout(context.outputs / name / f"{name}.json")
        facts = {"size_bytes": video.stat().st_size}
        report = report or three_events()
        report = report.model_copy(
            update={"video": report.video.model_copy(update=facts), "video_path": str(video)}
        )
        *_, end = FakeAnalyze(report)(video, context.settings, layout)
        write_json(end.report, layout.base)
        analysis = context.library.analyses.add(layout.base)
        return Analysed(layout, [event.id for event in context.library.events.of(analysis.id)])

    return analyse


@pytest.fixture
def analysed(analyse):
    return analyse()


@pytest.fixture
def desk(context):
    return Desk(context)


@pytest.fixture
def ask(context, desk):
    """Calls a function as the page does."""
    functions = {f.__name__: f for f in Screen(context, desk, Extras(context)).functions()}
    return lambda name, values=None: functions[name](values)
