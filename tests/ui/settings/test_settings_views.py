"""The Settings tab's HTML: every setting is there, labelled, and nothing in it is markup."""

import re

import pytest

from ui.current_settings import CurrentSettings
from ui.settings import views
from utils.config import validate
from utils.errors import ConfigError
from utils.setting_fields import setting_fields, setting_sections
from utils.settings import Settings
from utils.speech import Voice
from utils.tasks import TASKS
from utils.trial import DescriberTrial


@pytest.fixture
def current(tmp_path):
    return CurrentSettings(Settings(), tmp_path / "settings.yaml")


def row_of(html, key):
    return html.split(f'data-key="{key}"')[1].split('class="nm-settings-row"')[0]


def test_every_section_stands_in_one_group():
    shown = [key for group in views.GROUPS for key in group.sections]
    assert sorted(shown) == sorted(section.key for section in setting_sections())


def test_every_setting_has_a_control_with_a_label_and_its_meaning(current):
    html = views.form(current, editable=True)
    for key, field in setting_fields().items():
        row = row_of(html, key)
        control = "nm-settings-" + key.replace(".", "-")
        named = f'for="{control}"' in row or "<legend" in row
        assert named, key
        assert f'id="{control}"' in row
        assert f'aria-describedby="{control}-help' in row
        assert "Default:" in row
        assert all(choice in row for choice in field.choices)


def test_ids_are_unique(current):
    ids = re.findall(r'\sid="([^"]+)"', views.form(current, editable=True))
    assert len(ids) == len(set(ids))


def test_a_change_is_marked_counted_and_can_be_taken_back(current):
    current.change({"events": {"merge_gap_s": 2.5}})
    html = views.form(current, editable=True)
    row = row_of(html, "events.merge_gap_s")
    assert 'value="2.5"' in row
    assert "<strong>Changed here</strong> from 4." in row
    assert "data-reset" in row
    assert "1 changed" in html
    assert html.count("data-reset") == 1


def test_a_refused_value_stays_in_its_control_with_the_reason(current):
    said = views.Said("Too much.", "events.merge_gap_s", "900", is_error=True)
    row = row_of(views.form(current, editable=True, said=said), "events.merge_gap_s")
    assert 'value="900"' in row
    assert "aria-invalid" in row
    assert "Too much." in row


def test_hostile_values_are_text(current):
    hostile = '"><script>alert(1)</script>${x}{{y}}'
    current.change({"speech": {"voice": hostile}, "describer": {"prompt": hostile}})
    html = views.form(current, editable=True) + views.changes(current, None)
    assert "<script" not in html
    assert "${" not in html
    assert "{{" not in html


def test_flags_and_the_apps_own_section_cannot_be_edited(tmp_path):
    base = Settings.model_validate({"device": "cpu"})
    current = CurrentSettings(base, tmp_path / "s.yaml", {"device": "cpu"})
    html = views.form(current, editable=True)
    assert "disabled" in row_of(html, "device")
    assert "by a flag" in row_of(html, "device")
    assert "disabled" in row_of(html, "app.port")
    assert "disabled" not in row_of(html, "events.merge_gap_s")


def test_on_the_network_nothing_can_be_edited(current):
    current.change({"device": "cpu"})
    html = views.form(current, editable=False)
    assert html.count(" disabled ") >= len(setting_fields())
    assert "data-reset" not in html


def test_a_broken_file_of_changes_is_told(tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("events: {merge_gap: 1}")
    current = CurrentSettings(Settings(), file)
    assert "did you mean" in views.form(current, editable=True)
    assert "data-forget" in views.changes(current, None)
    with pytest.raises(ConfigError):
        current.change({"device": "cpu"})


def test_null_is_called_empty(current):
    shown = re.sub(r'data-words="[^"]*"', "", views.form(current, editable=True))
    assert "null" not in shown


def test_a_trial_shows_reply_seconds_and_abilities_as_text():
    trial = DescriberTrial(
        "tiny", "/home/ann/x was asked for", "Which?", "<b>Red</b>", "", 2.04, ("It sees.",), b"png"
    )
    html = views.trial(trial)
    assert "&lt;b&gt;Red" in html
    assert "2.0 seconds" in html
    assert "It sees." in html
    assert "/home/ann" not in html
    assert "data:image/png;base64,cG5n" in html


def test_a_trial_without_reply_says_why():
    html = views.trial(DescriberTrial("tiny", "asked for", "Which?", None, "cannot reach it"))
    assert "No reply: cannot reach it" in html


def test_questions_are_shown_word_for_word():
    html = views.questions([TASKS["crash_risk"]], Settings())
    assert "Is a vehicle collision likely" in html


def test_voices_are_named_with_their_languages():
    choices = views.voice_choices([Voice("b", "Zoe", ("en-gb", "")), Voice("a", "Ada", ())])
    assert choices == [("The engine's own", ""), ("Ada", "a"), ("Zoe (en-gb)", "b")]


def test_a_variable_for_a_secret_is_set_or_not_and_never_shown(current, monkeypatch):
    monkeypatch.delenv("NEARMISS_API_KEY", raising=False)
    assert "The variable is not set." in views.form(current, editable=True)
    monkeypatch.setenv("NEARMISS_API_KEY", "sk-secret")
    html = views.form(current, editable=True)
    assert "The variable is set." in row_of(html, "describer.api_key_env")
    assert "sk-secret" not in html


def test_other_computers_see_no_folder_of_this_one(tmp_path):
    given = {"data": {"train_video_dir": "/home/ann/My Drives/day one"}}
    current = CurrentSettings(validate(given, source="test"), tmp_path / "settings.yaml")
    current.change({"data": {"val_video_dir": "/home/ann/held out"}})
    assert "/home/ann/My Drives" in views.form(current, editable=True)
    shared = views.form(current, editable=False) + views.changes(current, None, editable=False)
    assert "/home" not in shared
    assert "My Drives" not in shared
    assert row_of(shared, "data.train_video_dir").count("day one") >= 1
