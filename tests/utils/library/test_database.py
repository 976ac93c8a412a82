import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from tests.conftest import ROOT
from tests.waiting import HANG_S
from utils.errors import AppError, LibraryError, OutputError
from utils.library import LIBRARY_FILE, Library
from utils.library.database import Database
from utils.library.records import AnalysisFilter, Review


@pytest.fixture
def database(tmp_path):
    return Database(tmp_path / "library.sqlite3")


def pages(connection):
    return connection.execute("PRAGMA page_count").fetchone()[0]


def test_the_folder_of_a_library_is_made(tmp_path):
    assert Library(tmp_path / "a" / "b" / LIBRARY_FILE).path.is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_only_its_owner_may_read_a_library_its_log_and_its_copies(library, tmp_path):
    library.queue.paused = True
    library.backup(tmp_path / "copy.sqlite3")
    files = [*library.path.parent.iterdir(), tmp_path / "copy.sqlite3"]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_what_raises_within_a_transaction_stores_nothing(database):
    def write_and_fail():
        with database.write() as connection:
            connection.execute("INSERT INTO marks VALUES ('mine', 1)")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with database.read() as connection:
        assert connection.execute("SELECT * FROM marks WHERE name = 'mine'").fetchone() is None


def test_a_reader_sees_one_state_while_others_write(database):
    def write():
        with database.write() as connection:
            connection.execute("UPDATE marks SET value = 1 WHERE name = 'queue_paused'")

    with database.read() as connection:
        query = "SELECT value FROM marks WHERE name = 'queue_paused'"
        before = connection.execute(query).fetchone()[0]
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
        assert connection.execute(query).fetchone()[0] == before == 0


def test_each_thread_has_its_own_connection(library):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(library.analyses.find(AnalysisFilter()).total))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 20


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / LIBRARY_FILE
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"is damaged.*backup"):
        Library(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_damage_that_shows_later_is_explained(library, reports):
    library.analyses.add(reports.write("drive", 12.0))
    library.close()
    content = bytearray(library.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    library.path.write_bytes(content)
    with pytest.raises(LibraryError, match="damaged"):
        Library(library.path).analyses.find(AnalysisFilter())


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / LIBRARY_FILE
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(LibraryError, match="another program"):
        Library(path)
    assert path.read_bytes() == before


def test_a_library_that_is_a_folder_is_refused(tmp_path):
    (tmp_path / LIBRARY_FILE).mkdir()
    with pytest.raises(AppError):
        Library(tmp_path / LIBRARY_FILE)


def test_a_library_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="file stands where a folder is needed"):
        Library(tmp_path / "file" / LIBRARY_FILE)


def test_a_full_disk_is_explained_and_stores_nothing(database):
    def fill():
        with database.write() as connection:
            connection.execute(f"PRAGMA max_page_count = {pages(connection)}")
            rows = [(f"{n}" * 200,) for n in range(1000)]
            connection.executemany("INSERT INTO marks VALUES (?, 1)", rows)

    with pytest.raises(LibraryError, match=r"full.*free some space"):
        fill()
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM marks").fetchone()[0] == 2


def test_a_file_that_cannot_be_written_is_explained(database):
    with database.read() as connection:
        connection.execute("PRAGMA query_only = 1")
    with pytest.raises(LibraryError, match=r"cannot be written.*permissions"):
        with database.write() as connection:
            connection.execute("DELETE FROM marks")


def test_a_library_that_another_program_holds_too_long_is_explained(database, monkeypatch):
    monkeypatch.setattr("utils.library.database.WAIT_S", 0.05)
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="another program is writing"), database.write():
            pass


def test_a_mistake_in_sql_is_a_bug_and_no_message(database):
    with pytest.raises(sqlite3.OperationalError), database.read() as connection:
        connection.execute("SELECT nothing")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files in place")
def test_writing_to_a_library_that_was_moved_away_is_refused(library, reports):
    event = library.events.of(library.analyses.add(reports.write("drive", 12.0)).id)[0]
    library.path.rename(library.path.with_name("elsewhere.sqlite3"))
    with pytest.raises(LibraryError, match="moved or replaced"):
        library.reviews.save(event.id, Review("confirmed"))
    library.path.with_name("elsewhere.sqlite3").rename(library.path)
    assert library.reviews.save(event.id, Review("confirmed")).id


def test_a_backup_holds_everything_in_one_file(library, reports, tmp_path):
    event = library.events.of(library.analyses.add(reports.write("drive", 12.0)).id)[0]
    library.reviews.save(event.id, Review("near_miss"))
    target = tmp_path / "backups" / "copy.sqlite3"
    library.backup(target)
    assert os.listdir(target.parent) == ["copy.sqlite3"]
    assert Library(target).reviews.counts()["near_miss"] == 1


def test_a_backup_replaces_the_older_one_only_when_it_is_whole(library, tmp_path):
    target = tmp_path / "copy.sqlite3"
    library.backup(target)
    library.queue.paused = True
    library.backup(target)
    assert Library(target).queue.paused


def test_a_backup_over_the_library_itself_is_refused(library):
    with pytest.raises(LibraryError, match="library itself"):
        library.backup(library.path)
    assert library.reviews.counts()["confirmed"] == 0


def test_a_backup_that_cannot_be_written_is_explained(library, tmp_path):
    with pytest.raises(OutputError, match="it is a folder"):
        library.backup(tmp_path)


def test_a_closed_library_is_one_file(library):
    library.queue.paused = True
    library.close()
    assert [path.name for path in library.path.parent.iterdir()] == [LIBRARY_FILE]


def test_a_program_that_ends_leaves_one_file(tmp_path):
    code = (
        "import sys, pathlib, threading; from utils.library import Library;"
        "library = Library(pathlib.Path(sys.argv[1]));"
        "library.queue.paused = True;"
        "used = threading.Event();"
        "threading.Thread(target=lambda: (library.queue.counts(), used.set(),"
        " threading.Event().wait()), daemon=True).start(); used.wait()"
    )
    path = tmp_path / LIBRARY_FILE
    subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, check=True, timeout=HANG_S)
    assert list(tmp_path.iterdir()) == [path]
    assert Library(path).queue.paused
