"""The Settings tab's events: what is saved, what is refused and what it says."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ui.context import ON_THE_NETWORK
from ui.parts import SKIP
from ui.settings import handlers as module
from ui.settings.handlers import Actions, Handlers
from utils.errors import ModelUnavailableError
from utils.speech import Voice
from utils.trial import DescriberTrial


def event(**values):
    return SimpleNamespace(_data=values)


@pytest.fixture
def handlers(context):
    return Handlers(Actions(context))


def test_a_changed_control_is_saved_and_told(handlers, context):
    screen = handlers.changed(event(key="events.merge_gap_s", value="2.5"))
    assert context.settings.events.merge_gap_s == 2.5
    assert "Saved: Merge gap: 2.5 seconds" in screen.form
    assert "merge_gap_s: 2.5" in screen.changes


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("trigger.threshold", "0.25", 0.25),
        ("trigger.threshold", "", None),
        ("limits.max_sampled_frames", "500", 500),
        ("trigger.strict_loading", True, True),
        ("outputs.formats", ["json", "csv"], ("json", "csv")),
        ("model.trigger_detector.hidden_dims", "64, 32", (64, 32)),
        ("describer.tasks", ["crash_risk"], ("crash_risk",)),
        ("describer.prompt", " Say what you see.\n", " Say what you see.\n"),
        ("device", "cpu", "cpu"),
    ],
)
def test_every_kind_of_control_is_read(handlers, context, key, raw, value):
    handlers.changed(event(key=key, value=raw))
    found = context.settings
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize(
    ("key", "raw", "words"),
    [
        ("events.merge_gap_s", "900", "Merge gap should be less than or equal to 60"),
        ("events.merge_gap_s", "", "Merge gap should be a valid number"),
        ("events.merge_gap_s", None, "Merge gap should be a valid number"),
        ("events.merge_gap_s", {"a": 1}, "Merge gap should be a valid number"),
        ("events.merge_gap_s", "nan", "finite number"),
        ("describer.tasks", [], "at least 1"),
        ("device", "tpu", "Device should be"),
        ("data.corpora", "[{", "data.corpora, line"),
        ("app.port", "1", "app.port is set as the app starts"),
        ("nothing", "1", "no setting"),
        (None, "1", "no setting"),
        (["device"], "cpu", "no setting"),
    ],
)
def test_what_does_not_fit_is_told_and_not_saved(handlers, context, key, raw, words):
    before = context.settings
    screen = handlers.changed(event(key=key, value=raw))
    assert words.lower() in screen.form.lower().replace("&#39;", "'")
    assert context.settings == before


def test_a_reset_and_forgetting_take_changes_back(handlers, context):
    before = context.settings
    handlers.changed(event(key="device", value="cpu"))
    handlers.changed(event(key="events.merge_gap_s", value="1"))
    assert "Device is as it was." in handlers.changed(event(reset="device")).form
    assert context.settings.device == before.device
    assert handlers.forget(event(forget="yes")).form is SKIP
    assert context.settings.events.merge_gap_s == 1
    handlers.forget(event(forget=True))
    assert context.settings == before


@pytest.mark.parametrize("key", ["x.y", 7, ["device"], {"a": 1}])
def test_a_reset_of_what_is_no_setting_is_told(handlers, key):
    assert "no " in handlers.changed(event(reset=key)).form.lower()


def test_on_the_network_nothing_changes(context):
    handlers = Handlers(Actions(replace(context, local_allowed=False)))
    before = context.settings
    assert ON_THE_NETWORK in handlers.changed(event(key="device", value="cpu")).form
    assert ON_THE_NETWORK in handlers.changed(event(reset="device")).form
    assert ON_THE_NETWORK in handlers.forget(event(forget=True)).form
    assert context.settings == before


def follow(context, try_describer):
    handlers = Handlers(Actions(replace(context, try_describer=try_describer)))

    async def run():
        return [screen async for screen in handlers.try_describer()]

    return asyncio.run(run())


def test_a_trial_uses_the_settings_of_this_moment(context):
    asked = []

    def try_describer(settings):
        asked.append(settings.describer.kind)
        return DescriberTrial("tiny", "because", "Which?", "Red.", "", 1.0)

    Handlers(Actions(context)).changed(event(key="describer.kind", value="template"))
    screens = follow(context, try_describer)
    assert asked == ["template"]
    assert "Asking" in screens[0]
    assert "Red." in screens[-1]


def test_a_trial_that_cannot_be_made_is_a_sentence(context):
    def refuse(settings):
        raise ModelUnavailableError("the weights of /home/ann/llava are missing")

    last = follow(context, refuse)[-1]
    assert "The weights of llava are missing." in last


def test_voices_are_asked_for_once_and_only_they_can_be_chosen(handlers, context, monkeypatch):
    asked = []

    def voices():
        asked.append(1)
        return [Voice("en", "English", ("en",))]

    monkeypatch.setattr(module, "list_voices", voices)
    handlers.load_voices()
    assert ("English (en)", "en") in handlers.load_voices().choices
    assert len(asked) == 1
    assert "not in the list" in handlers.choose_voice("../x").form
    assert handlers.choose_voice(["en"]).form is SKIP
    handlers.choose_voice("en")
    assert context.settings.speech.voice == "en"


def test_without_an_engine_the_menu_has_the_engines_own_only(handlers, monkeypatch):
    def none():
        raise ModelUnavailableError("no engine")

    monkeypatch.setattr(module, "list_voices", none)
    assert handlers.load_voices().choices == [("The engine's own", "")]


def test_a_sample_is_lent_or_its_failure_told(handlers, context, monkeypatch):
    context.uploads.mkdir()
    monkeypatch.setattr(module, "speak", lambda text, path, speech: path.write_bytes(b"RIFF"))
    assert 'src="/media/' in handlers.sample()

    def fail(text, path, speech):
        raise ModelUnavailableError("no audio: no speech engine")

    monkeypatch.setattr(module, "speak", fail)
    assert "No audio: no speech engine." in handlers.sample()
