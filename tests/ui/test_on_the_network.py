"""The app for other computers, signed in: no folder of this one is told, no setting changed."""

from dataclasses import replace

import pytest

from tests.library_factory import Reports
from tests.ui.evaluate.conftest import calibrate_checkpoint
from ui.evaluate.runs import Runs
from ui.library import exporting
from ui.library.file_api import FileApi
from ui.library.list_api import ListApi
from ui.settings.api import SettingsApi
from ui.settings.handlers import Actions
from utils.errors import ConfigError

FOLDER = "footage of Ann"


@pytest.fixture
def shared(context, tmp_path):
    """The context of an app that listens, with a moment and a setting that name a folder."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    context.library.analyses.add(Reports(folder).write("drive", 5.0))
    context.current.change({"data": {"train_video_dir": str(folder / "clips")}})
    return replace(context, local_allowed=False)


def test_settings_are_told_without_folders(context, shared):
    told = SettingsApi(Actions(shared)).settings()
    assert FOLDER not in str(told)
    assert told["settings"]["data.train_video_dir"]["value"] == "clips"
    assert FOLDER in str(SettingsApi(Actions(context)).settings())


def test_lists_and_tables_name_videos_only(shared):
    listed = ListApi(shared)
    assert listed.list_events()["events"][0]["report"].endswith(".json")
    assert FOLDER not in f"{listed.list_events()} {listed.list_videos()}"
    made = FileApi(shared).export_csv()
    assert made["files"] == [made["files"][0].rpartition("/")[2]]
    (table,) = (shared.outputs / "exports").glob("*.csv")
    assert "drive" in table.read_text()
    assert FOLDER not in table.read_text()


def test_the_library_file_does_not_leave(shared):
    with pytest.raises(ConfigError, match="Backups are off"):
        exporting.back_up(shared)
    assert not (shared.outputs / "backups").exists()


def test_a_budget_is_no_way_to_change_settings(shared, checkpoint_root):
    calibrate_checkpoint(checkpoint_root / "default")
    before = shared.settings
    with pytest.raises(ConfigError, match="cannot be changed while the app listens"):
        Runs(shared).use("default", 2.0)
    assert shared.settings == before
