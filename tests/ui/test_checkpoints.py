"""Which checkpoint is meant: by name, by folder, the first one, or one that is to be made."""

import pytest

from ui.checkpoints import CheckpointShelf
from utils.errors import CheckpointError, ConfigError


@pytest.fixture
def shelf(settings, checkpoint_root):
    return CheckpointShelf(lambda: settings, checkpoint_root)


def test_the_first_one_is_that_of_the_settings(shelf):
    assert shelf.first().name == "default"


def test_without_any_the_first_one_is_refused(settings, tmp_path):
    trigger = settings.trigger.model_copy(update={"checkpoint": str(tmp_path / "gone")})
    empty = settings.model_copy(update={"trigger": trigger})
    with pytest.raises(CheckpointError, match="Put one into the folder"):
        CheckpointShelf(lambda: empty, tmp_path / "none").first()


def test_a_folder_is_found_whatever_leads_to_it(shelf, checkpoint_root):
    (checkpoint_root.parent / "link").symlink_to(checkpoint_root / "run-7")
    for folder in (checkpoint_root / "run-7", checkpoint_root.parent / "link"):
        assert shelf.at(folder).name == "run-7"
    assert shelf.at(checkpoint_root / "empty") is None
    assert shelf.at(checkpoint_root / "gone") is None


@pytest.mark.parametrize(
    "name",
    ["", " ", "../x", "a/b", ".hidden", "-flag", "a b", "a" * 41, "a\0", "ä", None, 7],
)
def test_a_name_that_is_no_folder_of_its_own_is_refused(shelf, name):
    with pytest.raises(ConfigError, match="Name the new checkpoint"):
        shelf.new_folder(name)


def test_a_new_checkpoint_never_replaces_another(shelf, checkpoint_root):
    assert shelf.new_folder(" run-8 ") == checkpoint_root / "run-8"
    with pytest.raises(ConfigError, match="There is a checkpoint empty already"):
        shelf.new_folder("empty")
