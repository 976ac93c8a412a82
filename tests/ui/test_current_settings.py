"""Settings that change while the app runs: kept as differences, checked, never lost."""

import threading

import pytest

from ui.current_settings import CurrentSettings
from utils.config import load_settings
from utils.errors import ConfigError
from utils.settings import Settings


@pytest.fixture
def file(tmp_path):
    return tmp_path / "outputs" / "settings.yaml"


@pytest.fixture
def current(file):
    return CurrentSettings(Settings(), file)


def test_without_a_file_the_settings_are_those_of_the_start(current, file):
    assert current.value == Settings()
    assert current.differences() == {}
    assert not file.exists()


def test_a_change_is_seen_at_once_and_kept_as_a_difference(current, file):
    changed = current.change({"events": {"merge_gap_s": 2.5}, "describer": {"kind": "template"}})
    assert changed.events.merge_gap_s == current.value.events.merge_gap_s == 2.5
    assert current.differences() == {
        "events": {"merge_gap_s": 2.5},
        "describer": {"kind": "template"},
    }
    assert CurrentSettings(Settings(), file).value == changed


def test_a_value_set_back_by_hand_is_no_difference(current):
    current.change({"events": {"merge_gap_s": 2.5}})
    current.change({"events": {"merge_gap_s": Settings().events.merge_gap_s}})
    assert current.differences() == {}


def test_the_file_can_be_given_to_any_command(current, file):
    changed = current.change({"outputs": {"formats": ["json", "csv"]}, "device": "cpu"})
    assert load_settings(file) == changed
    assert current.as_yaml() == file.read_text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"events": {"merge_gap_s": -1}}, "events.merge_gap_s: .*greater than or equal to 0"),
        ({"events": {"merge_gap_s": "soon"}}, "events.merge_gap_s: .*valid number"),
        ({"events": {"merge_gap": 1}}, "did you mean 'merge_gap_s'"),
        ({"events": 7}, "events"),
        ({"describer": {"kind": ["llava"]}}, "describer.kind"),
        ({"describer": {"api_key_env": "PATH"}}, "describer.api_key_env"),
        ({"app": {"port": 1}}, "app.port is set as the app starts"),
        ({"app": {}}, "app is set as the app starts"),
        ({"profiles": {}}, "unknown key 'profiles'"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(current, file, changes, words):
    current.change({"device": "cpu"})
    before = file.read_text()
    with pytest.raises(ConfigError, match=words):
        current.change(changes)
    assert current.value.device == "cpu"
    assert file.read_text() == before


def test_one_setting_a_section_or_all_are_taken_back(current, file):
    current.change({"events": {"merge_gap_s": 2, "hysteresis": 0.2}, "device": "cpu"})
    assert current.reset("events.hysteresis").events.hysteresis == Settings().events.hysteresis
    assert current.value.events.merge_gap_s == 2
    assert current.reset("events").events == Settings().events
    assert current.value.device == "cpu"
    assert current.reset_all() == Settings()
    assert not file.exists()


@pytest.mark.parametrize("key", ["", ".", "events.", "events.nothing", "device.x", "x" * 5000])
def test_taking_back_what_is_no_setting_is_refused(current, key):
    with pytest.raises(ConfigError, match="no setting"):
        current.reset(key)


def test_flags_win_over_the_file_and_cannot_be_changed(file):
    CurrentSettings(Settings(), file).change({"device": "cpu", "events": {"merge_gap_s": 2}})
    given = {"device": "cuda"}
    base = Settings.model_validate(given)
    current = CurrentSettings(base, file, given)
    assert (current.value.device, current.value.events.merge_gap_s) == ("cuda", 2)
    assert current.is_fixed("device")
    assert not current.is_fixed("events.merge_gap_s")
    with pytest.raises(ConfigError, match="device is set as the app starts"):
        current.change({"device": "auto"})


def test_another_window_of_the_app_sees_the_change(current, file):
    assert current.value.device == "auto"
    CurrentSettings(Settings(), file).change({"device": "cpu"})
    assert current.value.device == "cpu"
    current.change({"events": {"merge_gap_s": 1}})
    assert current.value.device == "cpu"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("events: {merge_gap: 1}", "did you mean 'merge_gap_s'"),
        ("events: {merge_gap_s: -1}", "merge_gap_s"),
        ("events: [", "settings.yaml"),
        ("app: {port: 1}", "belongs into config.yaml"),
        ("x" * 1_000_001, "larger than 1 MB"),
        ("a: &a [1]\nb: *a", "aliases"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_never_overwritten(current, file, text, words):
    file.parent.mkdir()
    file.write_text(text)
    assert current.value == Settings()
    assert words in current.problem
    with pytest.raises(ConfigError, match="Mend this file"):
        current.change({"device": "cpu"})
    assert file.read_text() == text
    current.reset_all()
    assert current.problem == ""
    assert current.change({"device": "cpu"}).device == "cpu"


def test_changes_from_many_threads_are_all_kept(current):
    keys = ["hysteresis", "merge_gap_s", "min_length_s"]

    def change(key):
        for number in range(10):
            current.change({"events": {key: number / 20}})

    threads = [threading.Thread(target=change, args=[key]) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert current.differences() == {"events": dict.fromkeys(keys, 9 / 20)}
