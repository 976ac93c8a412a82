import shutil
import sqlite3
from contextlib import closing

import pytest

from utils.errors import LibraryError
from utils.library import LIBRARY_FILE, Library
from utils.library import migration as migrations
from utils.library.migration import MIGRATIONS, copy_name, migrate
from utils.library.records import AnalysisFilter

STEPS = sorted(MIGRATIONS.glob("*.sql"))
NEW_STEP = """
-- a step of the future; with a semicolon
ALTER TABLE folders ADD COLUMN colour TEXT NOT NULL DEFAULT 'red; or blue';
CREATE TRIGGER one_more AFTER DELETE ON folders BEGIN
    INSERT INTO marks VALUES ('deleted', 1);
END;
"""


@pytest.fixture
def steps(tmp_path):
    """A copy of the steps, to which tests add."""
    return shutil.copytree(MIGRATIONS, tmp_path / "steps")


def add_step(steps, script=NEW_STEP):
    (steps / f"{len(STEPS) + 1:04d}_new.sql").write_text(script, encoding="utf-8")


def library_of_version(path, version):
    """A library as the program of that version made it, with a watched folder."""
    with closing(sqlite3.connect(path)) as connection:
        for step in STEPS[:version]:
            connection.executescript(step.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        connection.execute("INSERT INTO folders VALUES (1, '/footage', '{}', '2026-01-01')")
        connection.commit()


def upgrade(path, steps):
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        migrate(connection, path, steps)
        return connection.execute("PRAGMA user_version").fetchone()[0]


def columns(path):
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(folders)")]


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
def test_a_library_of_every_older_version_is_brought_to_the_newest(tmp_path, steps, version):
    add_step(steps)
    path = tmp_path / LIBRARY_FILE
    library_of_version(path, version)
    assert upgrade(path, steps) == len(STEPS) + 1
    assert "colour" in columns(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT colour FROM folders").fetchall() == [("red; or blue",)]


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
def test_this_program_opens_the_library_of_every_version(tmp_path, version):
    library_of_version(tmp_path / LIBRARY_FILE, version)
    library = Library(tmp_path / LIBRARY_FILE)
    assert [folder.folder.name for folder in library.folders.all()] == ["footage"]
    assert library.seen.take_new([]) == []


@pytest.mark.parametrize("version", range(1, len(STEPS)))
def test_videos_of_an_older_library_can_be_said_to_have_moved(tmp_path, version):
    path = tmp_path / LIBRARY_FILE
    library_of_version(path, version)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO analyses VALUES (1, 'a.json', 'x', '/card/old.mp4', 'old.mp4', 'abc', 9, "
            "'2026-01-01T00:00:00+00:00', 'complete', '', '', '', 0.5, NULL, NULL, '', NULL, "
            "'latest')"
        )
        connection.commit()
    library = Library(path)
    (missing,) = library.places.missing()
    assert missing.size_bytes is None
    library.places.move(missing, tmp_path / "new.mp4")
    (found,) = library.analyses.find(AnalysisFilter(text="new")).rows
    assert found.video == tmp_path / "new.mp4"
    assert library.analyses.find(AnalysisFilter(text="card")).total == 0


def test_the_library_as_it_was_is_kept_beside_the_new_one(tmp_path, steps):
    add_step(steps)
    path = tmp_path / LIBRARY_FILE
    library_of_version(path, 1)
    upgrade(path, steps)
    kept = copy_name(path, 1)
    assert kept.name == "library-version-1.sqlite3"
    assert "colour" not in columns(kept)
    assert len(columns(kept)) > 0


def test_a_new_library_needs_no_copy(tmp_path, library):
    names = {
        path.name.removesuffix("-wal").removesuffix("-shm")
        for path in library.path.parent.iterdir()
    }
    assert names == {LIBRARY_FILE}


def test_a_step_that_fails_changes_nothing(tmp_path, steps):
    add_step(steps, "CREATE TABLE fine (x);\nCREATE TABLE folders (twice);\n")
    path = tmp_path / LIBRARY_FILE
    library_of_version(path, len(STEPS))
    with pytest.raises(sqlite3.OperationalError):
        upgrade(path, steps)
    assert upgrade(path, MIGRATIONS) == len(STEPS)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'fine'").fetchall()
    assert tables == []


def test_a_step_that_ends_within_a_statement_is_a_bug(tmp_path, steps):
    add_step(steps, "CREATE TABLE fine (x")
    with pytest.raises(ValueError, match="within a statement"):
        upgrade(tmp_path / LIBRARY_FILE, steps)


def test_a_library_of_a_newer_version_is_refused_and_left_as_it_is(library):
    library.close()
    with closing(sqlite3.connect(library.path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 7}")
    before = library.path.read_bytes()
    with pytest.raises(LibraryError, match=f"newer version of Nearmiss.*{len(STEPS) + 7}"):
        Library(library.path)
    assert library.path.read_bytes() == before


def open_and_watch(path):
    library = Library(path)
    library.folders.add(path.parent, {})
    return len(library.folders.all())


def test_programs_that_make_a_library_at_once_share_it(tmp_path, two_programs):
    assert two_programs(open_and_watch, tmp_path / LIBRARY_FILE) == [1, 1]


def test_programs_that_upgrade_a_library_at_once_do_it_once(tmp_path, steps, two_programs):
    add_step(steps)
    path = tmp_path / LIBRARY_FILE
    library_of_version(path, 1)
    assert two_programs(upgrade, path, steps) == [len(STEPS) + 1] * 2
    assert "colour" not in columns(copy_name(path, 1))
