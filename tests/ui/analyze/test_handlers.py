"""The page's events without a page: a whole run, zero events, failures, cancel, clicks."""

import asyncio
import threading
from contextlib import aclosing

import gradio as gr
import pytest

from tests.fake_analyze import FakeAnalyze, HeldAnalyze
from tests.report_factory import make_report
from tests.ui.conftest import three_events
from tests.waiting import HANG_S, until
from ui.analysis_form import Form
from ui.analyze import kept_runs
from ui.analyze.handlers import Handlers
from ui.analyze.screens import Screen, Shown
from ui.jobs import UNEXPECTED
from ui.parts import SKIP
from utils.errors import VideoError

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


async def look(handlers, key, enough=lambda screen: False):
    """The screens of a page that follows a run, up to one that is looked for."""
    screens = []
    async with aclosing(handlers.follow(key)) as following:
        async for screen in following:
            screens.append(screen)
            if enough(screen):
                break
    return screens


def run(context, form):
    """All screens of a run."""

    async def collect():
        handlers = Handlers(context, FIELDS)
        first = await handlers.begin(form)
        return [first, *await look(handlers, first.key)]

    return asyncio.run(collect())


def scored(screen):
    return screen.status is not SKIP and "Scored" in screen.status


async def ended(analyze):
    """Whether the analysis, once it ends, was the only one."""
    await until(lambda: analyze.closed)
    return analyze.closed == 1


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
    assert wanted["analysis_id"] == stored.id


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
    analyze = HeldAnalyze(three_events(), held_from=0.5)

    def let_go_on_where_one_is_shown(screen):
        if screen.events is not SKIP and screen.events.count("<tr data-event") == 1:
            assert 'state="running"' in screen.events
            analyze.go.set()

    async def look_on():
        handlers = Handlers(with_analyze(analyze), FIELDS)
        key = (await handlers.begin(values(video))).key
        return await look(handlers, key, enough=let_go_on_where_one_is_shown)

    screens = asyncio.run(look_on())
    assert analyze.go.is_set()
    assert any("Scored up to" in s.status for s in screens if s.status is not SKIP)
    assert "3 events found" in screens[-1].status


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
    assert screens[0].key == ""
    assert "not in the list" in screens[0].status
    assert screens[1:] == [Screen()]
    assert context.analyze.seen == []


def test_a_page_that_leaves_stops_nothing_and_another_goes_on_from_there(with_analyze, video):
    analyze = HeldAnalyze(three_events(), pause_s=0.03)

    async def leave_and_return():
        handlers = Handlers(with_analyze(analyze), FIELDS)
        key = (await handlers.begin(values(video))).key
        before = await look(handlers, key, enough=scored)
        left_s = handlers.runs.find(key).elapsed_s
        await asyncio.sleep(0.2)
        known = await handlers.recognise(key, "")
        after = await look(handlers, known.key, enough=scored)
        analyze.go.set()
        return before, left_s, known, after, await look(handlers, key)

    before, left_s, known, after, to_the_end = asyncio.run(leave_and_return())
    assert before[0].start.interactive is after[0].start.interactive is False
    assert known.start.interactive is False
    assert "Scored up to" in after[0].status
    assert any("/media/" in screen.player for screen in after if screen.player is not SKIP)
    assert left_s > 0.06
    assert "3 events found" in to_the_end[-1].status
    assert len(analyze.seen) == analyze.closed == 1


def test_a_run_that_ended_while_no_page_looked_is_shown(context, video):
    async def end_alone():
        handlers = Handlers(context, FIELDS)
        key = (await handlers.begin(values(video))).key
        await look(handlers, key, enough=lambda _: True)
        await until(lambda: handlers.runs.find(key).over)
        return await look(handlers, (await handlers.recognise(key, "")).key)

    (screen,) = asyncio.run(end_alone())
    assert "3 events found" in screen.status
    assert "/media/" in screen.player
    assert screen.start.interactive is True
    assert context.library.analyses.get(screen.shown.analysis.id).event_count == 3


def test_a_run_that_failed_while_no_page_looked_says_so(with_analyze, video):
    analyze = FakeAnalyze(three_events(), failure=VideoError("holds no video stream"), pause_s=0.03)

    async def fail_alone():
        handlers = Handlers(with_analyze(analyze), FIELDS)
        key = (await handlers.begin(values(video))).key
        await look(handlers, key, enough=lambda _: True)
        assert await ended(analyze)
        return await look(handlers, key)

    assert "Holds no video stream." in asyncio.run(fail_alone())[-1].status


def test_a_run_begins_only_when_its_key_has_come_back(context, video):
    async def never_follow():
        await Handlers(context, FIELDS).begin(values(video))
        await asyncio.sleep(0.2)

    asyncio.run(never_follow())
    assert context.analyze.seen == []


def test_two_pages_follow_one_run_and_both_see_it_cancelled(with_analyze, video):
    analyze = HeldAnalyze(three_events())
    context = with_analyze(analyze)

    async def cancel_in_one():
        handlers = Handlers(context, FIELDS)
        key = (await handlers.begin(values(video))).key
        other = asyncio.create_task(look(handlers, key))
        await look(handlers, key, enough=scored)
        answer = await handlers.cancel(key)
        assert await ended(analyze)
        await until(lambda: not list(context.outputs.glob("drive one*")))
        return answer, (await other)[-1], await handlers.recognise(key, key)

    answer, other, known = asyncio.run(cancel_in_one())
    for screen in (answer, other):
        assert "Cancelled" in screen.status
        assert screen.start.interactive is True
    assert known.key == ""
    assert len(analyze.seen) == 1


def test_what_a_page_is_told_last_of_a_cancelled_run_is_that_though_a_step_takes_long(
    with_analyze, video
):
    go, begun = threading.Event(), threading.Event()

    class Long(FakeAnalyze):
        def _steps(self, path):
            for step in super()._steps(path):
                yield step
                if step.stage == "score":
                    begun.set()
                    go.wait(HANG_S)

    analyze = Long(three_events())

    async def cancel_in_a_step():
        handlers = Handlers(with_analyze(analyze), FIELDS)
        key = (await handlers.begin(values(video))).key
        page = asyncio.create_task(look(handlers, key))
        await look(handlers, key, enough=scored)
        await until(begun.is_set)
        await handlers.cancel(key)
        last = (await asyncio.wait_for(page, HANG_S / 2))[-1]
        assert analyze.closed == 0
        go.set()
        assert await ended(analyze)
        return last

    last = asyncio.run(cancel_in_a_step())
    assert "Cancelled" in last.status
    assert last.start.interactive is True


@pytest.mark.parametrize("key", ["", "x" * 32, None, 7, ["a"], {"a": 1}], ids=repr)
def test_without_its_key_nobody_sees_or_cancels_a_run(key, with_analyze, video):
    analyze = FakeAnalyze(three_events(), pause_s=0.03)

    async def pry():
        handlers = Handlers(with_analyze(analyze), FIELDS)
        own = (await handlers.begin(values(video))).key
        await look(handlers, own, enough=scored)
        known = await handlers.recognise(key, key)
        assert known.key == ""
        assert known.start.interactive is True
        assert await look(handlers, key) == [Screen()]
        await handlers.cancel(key)
        return await look(handlers, own)

    assert "3 events found" in asyncio.run(pry())[-1].status


def test_a_new_window_takes_the_browsers_last_run_only_where_no_page_has_it(context, video):
    async def open_windows():
        handlers = Handlers(context, FIELDS)
        key = (await handlers.begin(values(video))).key
        async with aclosing(handlers.follow(key)) as first:
            await anext(first)
            beside = await handlers.recognise("", key)
        after = await handlers.recognise("", key)
        await look(handlers, key)
        return beside, after, await handlers.recognise("", key)

    beside, after, at_the_end = asyncio.run(open_windows())
    assert beside.key == ""
    assert after.key != ""
    assert at_the_end.key == ""


def test_keys_cannot_be_guessed(context, video):
    async def begin_some():
        handlers = Handlers(context, FIELDS)
        return [(await handlers.begin(values(video))).key for _ in range(5)]

    keys = asyncio.run(begin_some())
    assert len(set(keys)) == 5
    assert min(map(len, keys)) >= 32


def test_runs_long_over_or_never_begun_are_forgotten(context, video, monkeypatch):
    async def run_many():
        handlers = Handlers(context, FIELDS)
        keys = [(await handlers.begin(values(video))).key for _ in range(4)]
        for key in keys[:3]:
            await look(handlers, key)
        monkeypatch.setattr(kept_runs, "MAX_ENDED", 2)
        fresh = (await handlers.begin(values(video))).key
        few = [handlers.runs.find(key) is not None for key in (*keys, fresh)]
        monkeypatch.setattr(kept_runs, "ENDED_FOR_S", 0.0)
        monkeypatch.setattr(kept_runs, "UNBEGUN_FOR_S", 0.0)
        await handlers.begin(values(video))
        return few, [handlers.runs.find(key) is not None for key in (*keys, fresh)]

    few, none = asyncio.run(run_many())
    assert few == [False, True, True, True, True]
    assert none == [False] * 5


def test_a_page_that_follows_again_tells_the_time_since_the_start(with_analyze, video):
    analyze = HeldAnalyze(three_events())

    async def return_after_a_second():
        handlers = Handlers(with_analyze(analyze), FIELDS)
        key = (await handlers.begin(values(video))).key
        await look(handlers, key, enough=lambda _: True)
        await until(lambda: handlers.runs.find(key).elapsed_s >= 1)
        again = (await look(handlers, key, enough=scored))[0]
        analyze.go.set()
        return again

    status = asyncio.run(return_after_a_second()).status
    assert " elapsed" in status
    assert "0:00 elapsed" not in status


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
