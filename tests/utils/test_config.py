"""One loader, one schema: what is read, and what is refused with path and advice."""

import re
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from utils.config import (
    DEFAULT_CONFIG,
    REPO_ROOT,
    dump_settings,
    load_settings,
    parse_yaml,
    validate,
)
from utils.errors import ConfigError
from utils.settings import Settings, SpeechSettings
from utils.tasks import ALIASES, TASKS, TaskName, task_named


@pytest.fixture
def config(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "config.yaml"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_the_projects_config_holds_the_defaults():
    assert load_settings(DEFAULT_CONFIG) == Settings()


PROFILES = yaml.safe_load(DEFAULT_CONFIG.read_text(encoding="utf-8"))["profiles"]


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_is_valid_and_asks_known_tasks(name):
    settings = load_settings(DEFAULT_CONFIG, profile=name)
    assert settings != Settings()
    assert [task_named(task).name for task in settings.describer.tasks]


def test_the_settings_know_every_task():
    assert set(get_args(TaskName)) == {*TASKS, *ALIASES}


def test_a_number_without_a_point_is_a_number(config):
    settings = load_settings(config("training:\n  learning_rate: 1e-4\n"))
    assert settings.training.learning_rate == pytest.approx(1e-4)


@pytest.mark.parametrize("text", ["\ufeffdevice: cpu\n", "device: cpu\r\n", "", "# nothing\n"])
def test_bom_crlf_and_empty_files_are_read(config, text):
    assert load_settings(config(text)).device in ("cpu", "auto")


def test_order_default_file_profile_set_flag(config):
    path = config("events:\n  merge_gap_s: 3\nprofiles:\n  quick:\n    events: {merge_gap_s: 4}\n")
    read = lambda **kw: load_settings(path, **kw).events.merge_gap_s  # noqa: E731
    assert read() == 3
    assert read(profile="quick") == 4
    assert read(profile="quick", assignments=["events.merge_gap_s=5"]) == 5
    flags = {"events": {"merge_gap_s": 6.0}}
    assert read(profile="quick", assignments=["events.merge_gap_s=5"], flags=flags) == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("evnets:\n  merge_gap_s: 1\n", ["evnets", "did you mean 'events'"]),
        ("events:\n  merge_gap: 1\n", ["events.merge_gap", "did you mean 'merge_gap_s'"]),
        ("data:\n  corpora: [{fromat: dota}]\n", ["corpora.0.fromat", "did you mean 'format'"]),
        ("trigger:\n  threshold: 1.9\n", ["trigger.threshold", "1.9", "less than or equal to 1"]),
        ("trigger:\n  threshold: .nan\n", ["trigger.threshold", "finite"]),
        ("training:\n  batch_size: eight\n", ["training.batch_size", "eight"]),
        ("device: gpu\n", ["device", "'auto', 'cpu' or 'cuda'", "gpu"]),
        ("device: cpu\ndevice: cuda\n", ["line 2", "given twice"]),
        ("a: &x [1]\nb: *x\n", ["line 2", "aliases"]),
        ("device: [cpu\n", ["line"]),
        ("- a\n- b\n", ["key: value"]),
        ("1: 2\n", ["not text"]),
        ("device: !!python/object/apply:os.system ['true']\n", ["line 1"]),
        ("profiles:\n  x:\n    evnets: {}\n", ["profiles.x", "evnets"]),
        ("profiles: 3\n", ["profiles"]),
    ],
)
def test_a_bad_file_is_refused_with_key_value_and_advice(config, text, words):
    with pytest.raises(ConfigError) as caught:
        load_settings(config(text))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_unknown_profile_names_the_known_ones(config):
    with pytest.raises(ConfigError, match=r"no such profile.*quick"):
        load_settings(config("profiles:\n  quick: {}\n"), profile="slow")


@pytest.mark.parametrize("text", ["events.merge_gap_s", "=3", "events.merge_gap_s=[1"])
def test_a_malformed_assignment_is_refused(config, text):
    with pytest.raises(ConfigError, match="--set"):
        load_settings(config(""), assignments=[text])


def test_a_file_above_one_megabyte_is_refused_unread(config):
    with pytest.raises(ConfigError, match="1 MB"):
        load_settings(config("x" * 1_000_001))


def test_a_missing_file_and_a_wrong_encoding_are_refused(config, tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        load_settings(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot read"):
        load_settings(config("device: ü\n", encoding="latin-1"))


def test_dumped_settings_read_back_equal():
    settings = validate({"trigger": {"threshold": 0}}, source="test")
    assert validate(parse_yaml(dump_settings(settings), source="dump"), source="dump") == settings


def settings_leaves(model):
    """The name of every setting in the tree."""
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from settings_leaves(type(field.default))
        else:
            yield name


def test_every_setting_is_read_somewhere():
    folders = ("models", "utils", "ui")
    files = [path for folder in folders for path in (REPO_ROOT / folder).rglob("*.py")]
    source = "\n".join(p.read_text(encoding="utf-8") for p in files if p.name != "settings.py")
    handed_over_whole = set(SpeechSettings.model_fields)  # to the speech process
    unread = {n for n in settings_leaves(Settings) if not re.search(rf"\.{n}\b", source)}
    assert unread - handed_over_whole == set()
