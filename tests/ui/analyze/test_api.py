"""The endpoint for programs: one that goes away stops its analysis, and nobody else's."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.fake_analyze import HeldAnalyze
from tests.ui.conftest import three_events
from tests.waiting import HANG_S, until
from ui.analyze.api import AnalyzeApi
from utils.errors import AppError

REQUEST = SimpleNamespace(session_hash="session-1")
OTHER = SimpleNamespace(session_hash="session-2")


def test_a_program_that_goes_away_stops_its_analysis_only(with_analyze, video):
    analyze = HeldAnalyze(three_events())
    program = AnalyzeApi(with_analyze(analyze))

    async def go_away():
        ask = program.analyze(REQUEST, video={"path": str(video)}, checkpoint="default")
        waiting = asyncio.create_task(ask)
        await until(lambda: analyze.seen)
        program.leave(OTHER)
        await asyncio.sleep(0.2)
        assert analyze.closed == 0
        program.leave(REQUEST)
        with pytest.raises(AppError, match="was cancelled"):
            await asyncio.wait_for(waiting, HANG_S)

    asyncio.run(go_away())
    assert analyze.closed == 1
