"""The page's events without a page: a whole run, zero events, failures, cancel, clicks."""

import asyncio
import time
from types import SimpleNamespace

import gradio as gr
import pytest

from tests.fake_analyze import FakeAnalyze
from tests.report_factory import make_report
from tests.ui.conftest import three_events
from ui.analysis_form import Form
from ui.analyze.handlers import Handlers, Shown
from ui.jobs import UNEXPECTED
from ui.parts import SKIP
from utils.errors import VideoError

REQUEST = SimpleNamespace(session_hash="session-1")
FIELDS = {name: name for name in Form.__dataclass_fields__}


def values(video, **changes):
    return {
        "upload": str(video),
        "local_path": "",
        "checkpoint": "default",
        "threshold": 0.41,
        "max_sampled_frames": None,
        "describer": "auto",
        "formats": ["csv"],
    } | changes


def run(context, form):
    """All screens of a run."""

    async def collect():
        return [screen async for screen in Handlers(context, FIELDS).run(form, REQUEST)]

    return asyncio.run(collect())


def test_a_run_ends_with_report_player_and_downloads(context, video):
    screens = run(context, values(video))
    last = screens[-1]
    assert "3 events found" in last.status
    assert "/media/" in "".join(s.player for s in screens if s.player is not SKIP)
    assert last.outcome.count("download>") == 3
    assert "<audio" in last.outcome
    assert last.details.count("<img") == 6
    shown = last.shown
    assert shown.report.num_triggers_detected == 3
    assert shown.layout.base.is_file()
    assert shown.layout.base.name == "drive one.json"


def test_a_finished_analysis_is_in_the_library_and_can_be_reviewed(context, video):
    last = run(context, values(video))[-1]
    stored = context.library.analyses.get(last.shown.analysis.id)
    assert stored.report == last.shown.layout.base
    assert stored.event_count == 3
    assert last.review.visible is True
    _, wanted = Handlers(context, FIELDS).review(last.shown)
    assert wanted.analysis_id == stored.id


def test_a_report_that_the_library_cannot_take_in_is_shown_all_the_same(context, video, caplog):
    context.library.path.parent.mkdir(parents=True, exist_ok=True)
    context.library.path.write_text("not a database, and long enough to be looked at " * 30)
    last = run(context, values(video))[-1]
    assert last.shown.analysis is None
    assert last.review.visible is False
    assert "did not take it in" in caplog.text
    assert "is damaged or no library" in last.notes
    assert str(context.library.path.parent) not in last.notes


def test_an_analysis_that_fails_leaves_nothing(with_analyze, video):
    context = with_analyze(FakeAnalyze(three_events(), failure=VideoError("cannot be read")))
    run(context, values(video))
    assert not list(context.outputs.glob("drive one*"))


def test_events_and_stages_are_shown_on_the_way(with_analyze, video):
    screens = run(with_analyze(FakeAnalyze(three_events(), pause_s=0.06)), values(video))
    running = [s.events for s in screens if s.events is not SKIP and 'state="running"' in s.events]
    assert any(html.count("<tr data-event") == 1 for html in running)
    assert any("Scored up to" in s.status for s in screens if s.status is not SKIP)


def test_the_analysis_gets_the_forms_settings(context, video):
    run(context, values(video, threshold=0, max_sampled_frames=50))
    path, settings, _ = context.analyze.seen[0]
    assert path == video
    assert settings.trigger.threshold == 0
    assert settings.limits.max_sampled_frames == 50


def test_no_event_is_an_honest_end(with_analyze, video):
    last = run(with_analyze(FakeAnalyze(make_report([]))), values(video))[-1]
    assert "No event found" in last.status
    assert last.details == ""
    assert "No event in this video" in last.events


def test_a_failure_is_told_without_folders_and_buttons_come_back(with_analyze, video):
    failure = VideoError("the file /secret/drive.mp4 holds no video stream")
    last = run(with_analyze(FakeAnalyze(three_events(), failure=failure)), values(video))[-1]
    assert "The file drive.mp4 holds no video stream." in last.status
    assert "secret" not in last.status
    assert last.start.interactive is True
    assert last.cancel.interactive is False


def test_a_run_that_fails_leaves_no_folder(with_analyze, video):
    context = with_analyze(FakeAnalyze(three_events(), failure=VideoError("broken")))
    (context.outputs / "kept").mkdir(parents=True)
    run(context, values(video))
    assert [path.name for path in context.outputs.iterdir() if path.is_dir()] == ["kept"]


def test_a_bug_is_told_in_our_words_and_logged(with_analyze, video, caplog):
    boom = RuntimeError("boom at /secret/place")
    last = run(with_analyze(FakeAnalyze(three_events(), failure=boom)), values(video))[-1]
    assert UNEXPECTED in last.status
    assert "boom" not in last.status
    assert "boom at /secret/place" in caplog.text


@pytest.mark.parametrize("name", ["../default", ["default"], 7, "other"], ids=repr)
def test_a_forged_checkpoint_starts_nothing(name, context, video):
    screens = run(context, values(video, checkpoint=name))
    assert len(screens) == 1
    assert "not in the list" in screens[0].status
    assert context.analyze.seen == []


def test_closing_the_run_stops_the_analysis(with_analyze, video):
    analyze = FakeAnalyze(three_events(), pause_s=0.1)

    async def leave_early():
        screens = Handlers(with_analyze(analyze), FIELDS).run(values(video), REQUEST)
        async for screen in screens:
            if screen.status is not SKIP and "Scored" in screen.status:
                break
        started = time.monotonic()
        await screens.aclose()
        return time.monotonic() - started

    assert asyncio.run(leave_early()) < 1
    deadline = time.monotonic() + 2
    while not analyze.closed and time.monotonic() < deadline:
        time.sleep(0.02)
    assert analyze.closed == 1


def test_cancel_and_a_closed_tab_stop_the_job_of_their_session_only(with_analyze, video):
    analyze = FakeAnalyze(three_events(), pause_s=0.1)
    context = with_analyze(analyze)
    handlers = Handlers(context, FIELDS)
    mine = context.jobs.start("session-1", lambda: analyze(video, context.settings, None))
    waits = context.jobs.start("session-2", lambda: analyze(video, context.settings, None))
    handlers.leave(SimpleNamespace(session_hash="session-3"))
    time.sleep(0.25)
    assert waits.waiting
    assert not mine.waiting
    screen = handlers.cancel(REQUEST)
    assert "Cancelled" in screen.status
    handlers.leave(SimpleNamespace(session_hash="session-2"))
    time.sleep(0.4)
    assert analyze.closed == 1
    assert len(analyze.seen) == 1


def test_a_clicked_event_is_shown(context, video):
    handlers = Handlers(context, FIELDS)
    shown = run(context, values(video))[-1].shown
    assert "Event 2 of 3" in handlers.show_event(shown, click(event=2))


@pytest.mark.parametrize("number", [0, 4, -1, "1", None, 1.5, [1]], ids=repr)
def test_a_forged_click_shows_nothing(number, context, video):
    shown = Shown(three_events(), None, None)
    assert Handlers(context, FIELDS).show_event(shown, click(event=number)) is SKIP
    assert Handlers(context, FIELDS).show_event(None, click(event=1)) is SKIP


def click(**data):
    return gr.EventData(None, data)
