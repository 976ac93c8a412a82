"""The endpoint for programs: one that goes away stops its analysis, and nobody else's."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from tests.fake_analyze import FakeAnalyze
from tests.ui.conftest import three_events
from ui.analyze.api import AnalyzeApi
from utils.errors import AppError

REQUEST = SimpleNamespace(session_hash="session-1")
OTHER = SimpleNamespace(session_hash="session-2")


def test_a_program_that_goes_away_stops_its_analysis_only(with_analyze, video):
    analyze = FakeAnalyze(three_events(), pause_s=0.03)
    program = AnalyzeApi(with_analyze(analyze))

    async def go_away():
        ask = program.analyze(REQUEST, video={"path": str(video)}, checkpoint="default")
        waiting = asyncio.create_task(ask)
        while not analyze.seen:
            await asyncio.sleep(0.01)
        program.leave(OTHER)
        await asyncio.sleep(0.2)
        assert analyze.closed == 0
        program.leave(REQUEST)
        left_at = time.monotonic()
        with pytest.raises(AppError, match="was cancelled"):
            await waiting
        return time.monotonic() - left_at

    assert asyncio.run(go_away()) < 2
    assert analyze.closed == 1
