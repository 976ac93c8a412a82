"""Comparing without a page: stored sides, new ones, mixed; reviews; refusals; cancel."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.fake_analyze import FakeAnalyze, HeldAnalyze
from tests.report_factory import HOSTILE, hostile_report, make_event_report
from tests.ui.compare.conftest import of_ten_seconds
from tests.waiting import wait_until
from ui.compare.choices import side_choices, video_choices
from ui.compare.handlers import SIDE_FIELDS, Handlers
from ui.parts import SKIP
from utils.errors import VideoError
from utils.library.records import Review

REQUEST = SimpleNamespace(session_hash="session-1")
RUN_1, RUN_2 = "checkpoint:default", "checkpoint:run-7"
OF_SIDES = [f"{field}_{side}" for field in SIDE_FIELDS for side in "ab"]
FIELDS = {name: name for name in ("upload", "local_path", "stored_video", *OF_SIDES)}


def values(a, b, **changes):
    sources = {"source_a": a, "source_b": b, "describer_a": "", "describer_b": ""}
    return dict.fromkeys(FIELDS) | sources | changes


def run(context, form):
    """All screens of a comparison."""

    async def collect():
        return [screen async for screen in Handlers(context, FIELDS).run(form, REQUEST)]

    return asyncio.run(collect())


def of_stored(ids):
    return values(*(f"analysis:{number}" for number in ids))


def click(number):
    return SimpleNamespace(_data={"event": number})


def test_two_stored_analyses_are_compared_without_any_analysis(context, stored):
    last = run(context, of_stored(stored))[-1]
    assert "Both have 1 moment, only A 1, only B 1" in last.status
    assert "neither side is known to be right" in last.status
    assert "/media/" in last.player
    assert last.curves.count("<polyline") == 2
    assert last.curves.count('class="nm-mark"') == 4
    assert "<mark>red</mark>" in last.moment
    assert context.analyze.seen == []


def test_a_video_that_moved_is_played_where_it_is_now(context, stored, video):
    video = video.rename(video.with_name("renamed.mp4"))
    assert "/media/" not in run(context, of_stored(stored))[-1].player
    (missing,) = context.library.places.missing()
    context.library.places.move(missing, video)
    player = run(context, of_stored(stored))[-1].player
    assert "/media/" in player
    assert "renamed.mp4" in player


def test_a_confirmed_moment_says_who_has_an_event_there(context, reviewed):
    last = run(context, of_stored(reviewed))[-1]
    assert "A has an event at 1 and B at 1" in last.status
    assert "of 1 reviewed false alarm, A raises 1 and B 0" in last.status
    assert "False alarm" in last.reviewed
    assert "no event" in last.reviewed


def test_decisions_of_every_analysis_of_the_video_count_each_once(context, reviewed):
    other = context.library.events.of(reviewed[1])[1]
    context.library.reviews.save(other.id, Review("near_miss", start_s=7.0, end_s=9.5))
    last = run(context, of_stored(reviewed))[-1]
    assert "Of 2 moments that reviews call a crash or near miss" in last.status
    assert "A has an event at 1 and B at 2" in last.status
    assert last.reviewed.count("<td>Near miss") == 1
    assert last.reviewed.count("<td>Confirmed") == 1


def test_two_new_analyses_of_a_path_join_the_library(context, video):
    form = values(RUN_1, RUN_2, local_path=str(video))
    screens = run(context, form)
    assert "Both have 3 moments" in screens[-1].status
    assert context.library.analyses.get(1).video == video
    seen = [
        settings.trigger.checkpoint.rsplit("/", 1)[-1] for _, settings, _ in context.analyze.seen
    ]
    assert seen == ["default", "run-7"]
    assert "same parts" in screens[-1].setups


def test_a_stored_analysis_is_compared_with_a_new_one_of_its_video(with_analyze, stored):
    context = with_analyze(FakeAnalyze(of_ten_seconds(make_event_report(8.1))))
    last = run(context, values("checkpoint:default", f"analysis:{stored[1]}"))[-1]
    assert "Both have 1 moment, only A 0, only B 1" in last.status
    assert len(context.analyze.seen) == 1


def test_another_file_than_that_of_the_stored_analysis_is_refused_before_any_work(
    context, stored, tmp_path
):
    (tmp_path / "other.mp4").write_bytes(b"another video")
    form = values(
        f"analysis:{stored[0]}", "checkpoint:default", local_path=str(tmp_path / "other.mp4")
    )
    last = run(context, form)[-1]
    assert "The video other.mp4 is not that of the stored analysis" in last.status
    assert context.analyze.seen == []


def test_a_video_that_has_moved_is_named_with_what_to_do(context, stored, video):
    video.unlink()
    last = run(context, values(f"analysis:{stored[0]}", "checkpoint:default"))[-1]
    assert "The video drive one.mp4 is not at its place any more. Give its path." in last.status


def test_describer_model_adapter_and_threshold_of_a_side_reach_its_analysis(context, video):
    form = values(
        "checkpoint:default",
        "checkpoint:default",
        local_path=str(video),
        describer_b="llava",
        model_b="my-model",
        adapter_b="adapters/mine",
        threshold_b=0.2,
    )
    run(context, form)
    a, b = (settings for _, settings, _ in context.analyze.seen)
    assert (a.describer.adapter, a.trigger.threshold) == ("", None)
    assert (b.describer.kind, b.describer.model) == ("llava", "my-model")
    assert (b.describer.adapter, b.trigger.threshold) == ("adapters/mine", 0.2)


class Watched(HeldAnalyze):
    """Each side goes on scoring until the page has said which one it is."""

    told = ""

    def _is_held(self, step):
        return f'<li class="now">Analyse {"AB"[len(self.seen) - 1]}' not in self.told


def test_progress_says_which_side_is_analysed(with_analyze, video):
    analyze = Watched(of_ten_seconds(make_event_report(2.3)))
    handlers = Handlers(with_analyze(analyze), FIELDS)

    async def look_on():
        async for screen in handlers.run(values(RUN_1, RUN_2, local_path=str(video)), REQUEST):
            analyze.told = analyze.told if screen.status is SKIP else screen.status
            if '<li class="now">Analyse B' in analyze.told:
                assert "done" in analyze.told

    asyncio.run(look_on())
    assert analyze.closed == len(analyze.seen) == 2


@pytest.mark.parametrize(
    ("a", "b", "changes", "words"),
    [
        (RUN_1, RUN_1, {}, "A and B are the same"),
        (RUN_1, RUN_2, {}, "Choose a video first"),
        ("checkpoint:../default", RUN_2, {"local_path": "V"}, "not in the list"),
        ("analysis:99", RUN_2, {}, "99"),
        ("analysis:1; drop table", RUN_2, {}, "not in the list"),
        ([RUN_1], RUN_2, {"local_path": "V"}, "Choose for A and for B"),
        (RUN_1, None, {"local_path": "V"}, "Choose for A and for B"),
        (RUN_1, RUN_2, {"local_path": "/no/such.mp4"}, "no file"),
        (RUN_1, RUN_2, {"stored_video": 99}, "99"),
        (RUN_1, RUN_2, {"local_path": "V", "threshold_b": 7}, "threshold"),
        (RUN_1, RUN_2, {"local_path": "V", "describer_a": "x"}, "describer"),
        (RUN_1, RUN_2, {"local_path": "V", "model_a": ["x"]}, "model"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_any_work(context, video, a, b, changes, words):
    changes = {name: str(video) if value == "V" else value for name, value in changes.items()}
    screens = run(context, values(a, b, **changes))
    assert len(screens) == 1
    assert words in screens[0].status
    assert "/no/" not in screens[0].status
    assert screens[0].start.interactive is True
    assert context.analyze.seen == []


def test_a_failing_side_is_told_and_the_buttons_come_back(with_analyze, video):
    failure = VideoError("the file /secret/drive.mp4 holds no video stream")
    context = with_analyze(FakeAnalyze(of_ten_seconds(make_event_report(2.3)), failure=failure))
    form = values(RUN_1, RUN_2, local_path=str(video))
    last = run(context, form)[-1]
    assert "The file drive.mp4 holds no video stream." in last.status
    assert "secret" not in last.status
    assert last.cancel.interactive is False


def test_cancel_ends_the_comparison_and_leaves_the_analysis_of_the_session(slow, video):
    handlers = Handlers(slow, FIELDS)
    form = values(RUN_1, RUN_2, local_path=str(video))
    other = slow.jobs.start("session-1", lambda: slow.analyze(video, slow.settings, None))

    async def cancel_midway():
        screens = []
        async for screen in handlers.run(form, REQUEST):
            screens.append(screen)
            if len(screens) == 2:
                handlers.cancel(REQUEST)
        return screens

    *before, last = asyncio.run(cancel_midway())
    assert len(before) == 2
    assert "Cancelled" in last.status
    assert last.start.interactive is True
    wait_until(lambda: other.done)
    assert not other.stopping


def test_a_click_shows_a_moment_and_anything_else_nothing(context, stored):
    handlers = Handlers(context, FIELDS)
    shown = run(context, of_stored(stored))[-1].shown
    assert 'aria-label="Moment 2"' in handlers.show_moment(shown, click(2))
    assert "B has none of its own here" in handlers.show_moment(shown, click(2))
    for number in (0, 4, -1, "2", None, [1]):
        assert handlers.show_moment(shown, click(number)) is SKIP
    assert handlers.show_moment(None, click(1)) is SKIP
    assert handlers.show_moment({"a": 1}, click(1)) is SKIP


def test_hostile_reports_are_shown_as_text(with_analyze, video):
    context = with_analyze(FakeAnalyze(hostile_report()))
    form = values(RUN_1, RUN_2, local_path=str(video))
    last = run(context, form)[-1]
    html = "".join(part for part in last[:7] if isinstance(part, str))
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "{{" not in html
    assert HOSTILE not in html


def test_the_choices_are_videos_checkpoints_and_stored_analyses(context, stored):
    (video,) = video_choices(context)
    assert video[0].startswith("drive one.mp4")
    sides = [value for _, value in side_choices(context, video[1])]
    assert sides[:2] == ["checkpoint:default", "checkpoint:run-7"]
    assert set(sides[2:]) == {f"analysis:{number}" for number in stored}
    for forged in (None, "1", 99, True, [1]):
        assert len(side_choices(context, forged)) == 2


def test_choosing_a_video_fills_both_sides_with_something_that_differs(context, stored):
    handlers = Handlers(context, FIELDS)
    a, b = handlers.choose_video(stored[0], None, None)
    assert a.value != b.value
    kept_a, _ = handlers.choose_video(stored[0], "checkpoint:run-7", None)
    assert kept_a.value == "checkpoint:run-7"
