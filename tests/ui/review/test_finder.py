"""Videos that moved, as the page finds them: by file, by folder, refused, stopped, forged."""

import json
import threading
import time
from dataclasses import replace

import pytest

from tests.ui.conftest import three_events
from tests.ui.review.stored import store
from tests.waiting import wait_until
from ui.review import finder
from ui.review.api import ReviewApi
from ui.review.desk import Desk
from ui.review.extras import Extras
from ui.review.handlers import Screen
from utils.errors import AppError
from utils.video import file_sha256


def report_on(video, sha256=None):
    """Three events, with the checksum of the file."""
    report = three_events()
    sha256 = file_sha256(video) if sha256 is None else sha256
    facts = report.video.model_copy(update={"sha256": sha256})
    return report.model_copy(update={"video": facts})


@pytest.fixture
def lost(context, video):
    """The number of an event whose video is not there any more, and where it is now."""
    ids = store(context.library, report_on(video), video, context.outputs / "drive").ids
    disk = video.parents[2] / "disk"
    disk.mkdir()
    return ids[0], video.rename(disk / "renamed.mp4")


def ended(ask, event_id, place):
    """How a search ended."""
    said = ask("review_find", {"event_id": event_id, "place": place})
    if not said.get("error"):
        assert wait_until(lambda: not ask("review_finding")["running"])
    return said if said.get("error") else ask("review_finding")


def test_the_video_plays_again_once_its_place_is_named(ask, lost):
    event_id, place = lost
    assert ask("review_video", {"event_id": event_id})["missing"] is True
    said = ended(ask, event_id, f'"{place}"')
    assert (said["words"], said["found"]) == ("1 video found.", (("drive one.mp4", "renamed.mp4"),))
    opened = ask("review_video", {"event_id": event_id})
    assert (opened["source"]["kind"], opened["missing"]) == ("file", False)
    assert ask("review_card", {"event_id": event_id})["video"] == "renamed.mp4"


def test_a_folder_finds_all_that_are_missing_in_one_go(ask, lost, context, video):
    event_id, place = lost
    for number in range(2):
        other = video.with_name(f"other-{number}.mp4")
        other.write_bytes(place.read_bytes() + bytes([number]))
        store(context.library, report_on(other), other, context.outputs / other.stem)
        other.unlink()
    (place.parent / "deep").mkdir()
    (place.parent / "deep" / "x.mp4").write_bytes(place.read_bytes() + b"\0")
    said = ended(ask, event_id, str(place.parent))
    assert said["words"] == "2 videos found, 1 not."
    assert said["not_found"] == ("other-1.mp4",)
    assert context.library.events.get(event_id).video == place


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"short", "another size"), (None, "the same size but other content")],
)
def test_another_file_is_not_taken_and_the_reason_said(ask, lost, context, content, why):
    event_id, place = lost
    other = place.with_name("other.mp4")
    other.write_bytes(content or place.read_bytes()[:-1] + b"!")
    said = ended(ask, event_id, str(other))
    assert said["words"] == f"other.mp4 is not the analysed video: it has {why}."
    assert context.library.events.get(event_id).video.name == "drive one.mp4"


def test_another_missing_video_is_not_taken_for_this_one(ask, lost, context, video):
    event_id, place = lost
    video.write_bytes(place.read_bytes() + b"more")
    store(context.library, report_on(video), video, context.outputs / "other")
    other = video.rename(place.with_name("other.mp4"))
    assert "another size" in ended(ask, event_id, str(other))["words"]


def test_a_folder_without_it_says_so(ask, lost, tmp_path):
    (tmp_path / "empty").mkdir()
    words = ended(ask, lost[0], str(tmp_path / "empty"))["words"]
    assert words == "None of 1 missing video is there."


def test_where_nothing_is_missing_nothing_is_looked_for(ask, lost, context, video):
    event_id, place = lost
    place.rename(video)
    assert "No video is missing" in ended(ask, event_id, str(video))["error"]


def test_a_video_without_a_checksum_cannot_be_told_apart(ask, context, video, tmp_path):
    event_id = store(context.library, report_on(video, ""), video, context.outputs / "a").ids[0]
    place = video.rename(tmp_path / "moved.mp4")
    assert "without a checksum" in ended(ask, event_id, str(place))["error"]


FORGED = [None, "", "  ", 7, True, ["/"], {"a": 1}, "\0", "x" * 5000, "/no/such/place", "\ud800"]
FORGED += ["https://example.org/a.mp4", "file:///etc/passwd", "/dev/zero", "~nobody-at-all/x"]


@pytest.mark.parametrize("place", FORGED, ids=repr)
def test_what_is_no_place_is_refused_with_a_sentence(ask, lost, place):
    said = ask("review_find", {"event_id": lost[0], "place": place})
    assert set(said) == {"error"}
    assert said["error"].endswith((".", "place", "x"))
    assert "Traceback" not in said["error"]


def test_no_folder_of_this_computer_is_told(ask, lost, tmp_path):
    event_id, place = lost
    for named in (place.parent / "nothing.mp4", place.parent, place):
        assert str(tmp_path) not in json.dumps(ended(ask, event_id, str(named)))


def test_paths_are_refused_while_the_app_listens_on_the_network(context, lost):
    event_id, place = lost
    shared = replace(context, local_allowed=False)
    desk = Desk(shared)
    screen = Screen(shared, desk, Extras(shared))
    ask = {function.__name__: function for function in screen.functions()}
    said = ask["review_find"]({"event_id": event_id, "place": str(place)})
    assert "Paths are off" in said["error"]
    with pytest.raises(AppError, match="Paths are off"):
        ReviewApi(desk, Extras(shared)).find_moved_videos(str(place))


@pytest.fixture
def held(monkeypatch):
    """A search that goes on until it is let go."""
    go_on = threading.Event()
    real = finder.search_videos

    def slow(wanted, place):
        for step in real(wanted, place):
            while not go_on.is_set():
                yield step
                time.sleep(0.01)
            yield step

    monkeypatch.setattr(finder, "search_videos", slow)
    yield go_on
    go_on.set()


def test_there_is_one_search_at_a_time_and_it_can_be_stopped(ask, lost, context, held):
    event_id, place = lost
    asked = {"event_id": event_id, "place": str(place)}
    assert ask("review_find", asked)["running"] is True
    assert wait_until(lambda: "Comparing renamed.mp4" in ask("review_finding")["words"])
    assert "already" in ask("review_find", asked)["error"]
    ask("review_find_stop")
    assert wait_until(lambda: not ask("review_finding")["running"])
    assert ask("review_finding")["words"] == "Stopped: 0 videos found so far."
    held.set()
    assert ended(ask, event_id, str(place))["words"] == "1 video found."


def test_a_search_that_fails_says_why_and_can_be_tried_again(ask, lost, context, monkeypatch):
    event_id, place = lost
    moved = context.library.path.rename(context.library.path.with_name("away"))
    said = ended(ask, event_id, str(place))
    assert "was moved or replaced" in said["error"] or "cannot be written" in said["error"]
    assert str(context.library.path.parent) not in said["error"]
    moved.rename(context.library.path)
    assert ended(ask, event_id, str(place))["words"] == "1 video found."


def test_a_program_finds_any_missing_video(context, lost):
    api = ReviewApi(Desk(context), Extras(context))
    told = api.find_moved_videos(str(lost[1]))
    assert told == {
        "found": [["drive one.mp4", "renamed.mp4"]],
        "not_found": [],
        "words": "1 video found.",
    }
    with pytest.raises(AppError, match="No video is missing"):
        api.find_moved_videos(str(lost[1]), lost[0])
