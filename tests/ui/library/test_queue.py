"""The queue on the screen: what it tells, its buttons, exports."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.report_factory import HOSTILE
from ui.library.list_handlers import ListHandlers
from ui.library.queue_handlers import QueueHandlers
from ui.library.views import QueueShown, left_s, left_words, queue
from ui.parts import SKIP
from utils.library import new_owner
from utils.library.records import QueueItem, Review

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def screen(context, parts):
    lists = ListHandlers(context, parts, ["tabs", "wanted"])
    return QueueHandlers(context, parts, lists, ["tabs", "wanted"])


@pytest.fixture
def click(screen):
    return lambda action: screen.act(SimpleNamespace(_data={"queue": action}))


def make_item(**changes):
    values = {
        "id": 3,
        "video": Path("/footage/drive.mp4"),
        "state": "running",
        "settings": {},
        "stage": "score",
        "fraction": 0.25,
        "message": "Scored up to 0:30",
        "added_at": NOW,
        "started_at": NOW - timedelta(minutes=5),
    }
    return QueueItem(**(values | changes))


def shown(*items, paused=False):
    counts = {item.state: 1 for item in items}
    return queue(QueueShown(items, counts, paused, [], NOW))


def test_a_running_video_shows_stage_share_and_time_left():
    html = shown(make_item())
    assert 'aria-valuenow="25.0"' in html
    assert "Find events: Scored up to 0:30" in html
    assert "about 15 min left" in html
    assert "/footage" not in html


@pytest.mark.parametrize(
    "change",
    [{"fraction": None}, {"fraction": 0.01}, {"stage": "describe"}, {"started_at": None}],
)
def test_nothing_is_guessed_about_the_time_left(change):
    assert left_s(make_item(**change), NOW) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "less than a minute left"), (110, "about 2 min left"), (9000, "about 2.5 h left")],
)
def test_the_time_left_in_words(seconds, words):
    assert left_words(seconds) == words


def test_a_failure_is_told_without_folders():
    html = shown(make_item(state="failed", error="cannot open /home/ann/drive.mp4: no picture"))
    assert "Cannot open drive.mp4: no picture." in html
    assert "/home/ann" not in html
    assert 'data-queue="retry:3"' in html


def test_names_are_escaped():
    html = shown(make_item(video=Path(f"{HOSTILE}.mp4"), message=HOSTILE))
    assert "<script>" not in html
    assert "{{7*7}}" not in html


def test_a_paused_queue_says_what_that_means():
    html = shown(make_item(state="waiting"), paused=True)
    assert "Paused: a video that runs is finished, no other begins" in html
    assert 'data-queue="resume:0"' in html


def test_adding_answers_and_empties_the_form(screen, make_video, values):
    form = {"places": str(make_video("a.mp4").parent), "uploads": None, "watch": True}
    chosen = {"checkpoint": "settings", "sensitivity": "more", "again": False}
    updates = screen.add(form | chosen)
    assert "1 video joined the queue; watching footage" in updates["added"]
    assert "a.mp4" in updates["queue"]
    assert (updates["places"], updates["watch"]) == ("", False)


def test_a_refused_form_stays_as_it_was(screen):
    updates = screen.add({"places": "/nowhere", "checkpoint": "settings"})
    assert set(updates) == {"added"}
    assert 'role="alert"' in updates["added"]


def test_the_buttons_do_what_they_say(click, library, make_video):
    first, second = library.queue.add([make_video(n) for n in ("a.mp4", "b.mp4")], {})
    click(f"first:{second.id}")
    assert [item.id for item in library.queue.find()] == [second.id, first.id]
    click(f"cancel:{second.id}")
    assert library.queue.counts()["cancelled"] == 1
    click(f"retry:{second.id}")
    assert library.queue.counts()["waiting"] == 2
    click("pause:0")
    assert library.queue.paused is True
    assert "Go on" in click("pause:0")["queue"]
    click("resume:0")
    assert library.queue.paused is False
    click(f"cancel:{first.id}")
    click("clear:0")
    assert library.queue.counts()["cancelled"] == 0


def test_all_failed_videos_are_tried_again_at_once(click, screen, library, make_video):
    library.queue.add([make_video(n) for n in ("a.mp4", "b.mp4")], {})
    owner = new_owner()
    for _ in range(2):
        library.queue.fail(library.queue.claim(owner).id, owner, error="the disk is full")
    library.queue.add([make_video("a.mp4")], {})
    assert "Retry failed" in screen.queue()
    click("again:0")
    assert library.queue.counts()["waiting"] == 2
    assert library.queue.counts()["failed"] == 1


def test_a_missing_watched_folder_is_said_and_can_be_given_up(click, screen, library, tmp_path):
    folder = library.folders.add(tmp_path / "unplugged", {})
    assert "is its disk connected?" in screen.queue()
    assert "unplugged" not in click(f"unwatch:{folder.id}")["queue"]


def test_a_finished_video_opens_in_review(click, filled):
    assert click("open:1")["wanted"]["analysis_id"] == 1


def test_what_is_gone_is_told_and_the_queue_shown_as_it_is(click):
    updates = click("cancel:99")
    assert 'role="alert"' in updates["added"]
    assert "nm-lib-queue" in updates["queue"]


@pytest.mark.parametrize("action", ["cancel:-1", "cancel:x", "", None, 5, "cancel:" + "9" * 30])
def test_forged_clicks_do_nothing(click, action):
    assert click(action) == SKIP


def test_a_tick_tells_only_what_changed(screen, library, make_video, values):
    first = screen.tick(values())
    assert "Nothing has been analysed yet" in first["results"]
    shown = values(told=first["told"], listing=first["listing"])
    assert screen.tick(shown) == SKIP
    library.queue.add([make_video("a.mp4")], {})
    assert "a.mp4" in screen.tick(shown)["queue"]


def test_an_empty_list_fills_by_itself_and_a_shown_one_waits_for_a_click(
    screen, library, reports, values
):
    told = screen.queue()
    library.analyses.add(reports.write("monday", 5.0))
    filled = screen.tick(values(told=told))
    assert "monday.mp4" in filled["results"]
    library.analyses.add(reports.write("tuesday", 5.0))
    later = screen.tick(values(told=told, listing=filled["listing"]))
    assert set(later) == {"refresh"}
    assert later["refresh"].value == "Show 1 new video"


def test_the_queue_of_another_window_is_shown(screen, library, make_video):
    (item,) = library.queue.add([make_video("a.mp4")], {})
    owner = new_owner()
    library.queue.claim(owner)
    library.queue.report(item.id, owner, stage="score", fraction=0.5, message="half")
    assert 'aria-valuenow="50.0"' in screen.queue()


def test_the_table_holds_what_the_filter_lets_through(screen, context, filled, values):
    updates = screen.export_csv(values(text="monday"))
    assert "2 moments in a table" in updates["exported"]
    (table,) = (context.outputs / "exports").glob("*.csv")
    assert "tuesday" not in table.read_text(encoding="utf-8-sig")


def test_a_report_on_a_period(screen, context, filled):
    assert (
        "The report on 2026-11-01 to 2026-11-30"
        in (screen.export_period("2026-11-01", "2026-11-30")["exported"])
    )
    assert list((context.outputs / "exports").glob("*.html"))
    assert "ends before it begins" in screen.export_period("2026-11-02", "2026-11-01")["exported"]


def test_reviews_become_labels_or_it_is_said_why_not(screen, library, reports, make_video):
    assert 'role="alert"' in screen.export_reviews()["exported"]
    library.analyses.add(reports.write("x", 5.0, video_path=str(make_video("drive.mp4"))))
    library.reviews.save(library.events.of(1)[0].id, Review("confirmed"))
    assert "nm-note" in screen.export_reviews()["exported"]


def test_a_backup_is_a_library(screen, context, filled):
    assert 'class="nm-small" href="/media/' in screen.back_up()["exported"]
    (copy,) = (context.outputs / "backups").glob("*.sqlite3")
    assert copy.stat().st_size > 10_000


def test_reports_of_the_command_line_are_taken_in(screen, library, reports):
    reports.write("monday", 5.0)
    assert "1 report taken in" in screen.take_in(str(reports.folder))["exported"]
    assert library.events.labels() == ["crash or near miss"]


@pytest.mark.parametrize("folder", ["", None, 5, "/nowhere", __file__])
def test_what_is_no_folder_is_not_taken_in(screen, folder):
    assert 'role="alert"' in screen.take_in(folder)["exported"]


def test_no_paths_on_the_network(screen, context, parts, reports):
    shared = replace(context, local_allowed=False)
    lists = ListHandlers(shared, parts, ["tabs", "wanted"])
    shared_screen = QueueHandlers(shared, parts, lists, ["tabs", "wanted"])
    assert "Paths are off" in shared_screen.take_in(str(reports.folder))["exported"]
