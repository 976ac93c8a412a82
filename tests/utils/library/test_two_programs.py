"""Two windows of the app, two programs: nothing is lost and nothing is done twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from utils.library import Library, new_owner
from utils.library.records import EventFilter, Review
from utils.library.reviews import ReviewConflict

REVIEWS = 200
VIDEOS = 100
FOOTAGE = [Path("/footage") / f"{number}.mp4" for number in range(VIDEOS)]


def review_often(path, event_ids):
    library = Library(path)
    me = str(os.getpid())
    return [
        library.reviews.save(event_ids[n % len(event_ids)], Review("unsure", notes=f"{me} {n}")).id
        for n in range(REVIEWS)
    ]


def review_in_turn(path, event_id):
    """Reviews that build on each other; after a conflict, on the other program's."""
    library = Library(path)
    saved = conflicts = base = 0
    while saved < 50:
        try:
            base = library.reviews.save(event_id, Review("confirmed"), based_on=base).id
            saved += 1
        except ReviewConflict as conflict:
            conflicts += 1
            base = conflict.latest.id
    return conflicts


def work_off(path):
    library, me = Library(path), new_owner()
    done = []
    while (item := library.queue.claim(me)) is not None:
        assert library.queue.report(item.id, me, stage="score", fraction=0.5, message="")
        assert library.queue.finish(item.id, me, analysis_id=1)
        done.append(item.id)
    return done


def queue_all(path):
    return len(Library(path).queue.add(FOOTAGE, {}))


def take_in(path, folder):
    library = Library(path)
    library.analyses.add_folder(folder)
    return library.events.find(EventFilter()).total


@pytest.fixture
def events(library, reports):
    return library.events.of(library.analyses.add(reports.write("drive", 12.0, 30.0, 41.0)).id)


def test_no_review_of_two_programs_is_lost(library, events, two_programs):
    event_ids = [event.id for event in events]
    first, second = two_programs(review_often, library.path, event_ids)
    assert len({*first, *second}) == 2 * REVIEWS
    kept = [saved.id for event_id in event_ids for saved in library.reviews.history(event_id)]
    assert sorted(kept) == sorted([*first, *second])
    latest = library.reviews.latest(event_ids[0])
    assert latest.id == max(saved.id for saved in library.reviews.history(event_ids[0]))


def test_reviews_that_build_on_each_other_never_overlook_one(library, events, two_programs):
    two_programs(review_in_turn, library.path, events[0].id)
    with library._database.read() as connection:
        rows = connection.execute("SELECT id, previous_id FROM reviews ORDER BY id").fetchall()
    assert len(rows) == 100
    assert [row["previous_id"] for row in rows] == [None, *(row["id"] for row in rows[:-1])]


def test_every_queued_video_is_taken_by_one_program(library, two_programs):
    items = library.queue.add(FOOTAGE, {})
    first, second = two_programs(work_off, library.path)
    assert sorted([*first, *second]) == [item.id for item in items]
    assert library.queue.counts()["done"] == VIDEOS


def test_a_video_that_two_programs_add_waits_once(library, two_programs):
    assert sum(two_programs(queue_all, library.path)) == VIDEOS
    assert library.queue.counts()["waiting"] == VIDEOS


def test_reports_that_two_programs_take_in_are_there_once(library, reports, folder, two_programs):
    for number in range(10):
        reports.write(f"drive{number}", 12.0, 30.0)
    two_programs(take_in, library.path, folder)
    assert library.events.find(EventFilter()).total == 20


def start(code, path):
    """A program that gets the library's path; what it prints can be read."""
    head = (
        "import sys, time; from pathlib import Path; from utils.library import Library, new_owner;"
        "from utils.library.records import Review; library = Library(Path(sys.argv[1]));"
    )
    command = [sys.executable, "-c", head + code, path]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_what_a_killed_program_saved_is_there_and_the_file_is_sound(library, events):
    code = (
        "[print(library.reviews.save(1 + n % 3, Review('unsure', notes=str(n))).id, flush=True)"
        " for n in range(10**6)]"
    )
    program = start(code, library.path)
    printed = [int(program.stdout.readline()) for _ in range(100)]
    program.kill()
    printed += [int(line) for line in program.communicate()[0].splitlines() if line]
    kept = {saved.id for event in events for saved in library.reviews.history(event.id)}
    assert kept >= set(printed)
    with library._database.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell on Windows")
def test_the_video_of_a_program_that_was_killed_waits_again_at_once(library):
    library.queue.add(FOOTAGE[:1], {})
    code = "library.queue.claim(new_owner()); print('taken', flush=True); time.sleep(600)"
    worker = start(code, library.path)
    assert worker.stdout.readline() == "taken\n"
    assert library.queue.release_stale() == 0
    worker.kill()
    worker.communicate()
    assert library.queue.release_stale() == 1
    assert library.queue.claim(new_owner()).video == FOOTAGE[0]
