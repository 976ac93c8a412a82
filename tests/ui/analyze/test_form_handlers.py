"""The form of the Analyze tab: values that follow the settings, checkpoints and hints."""

import gradio as gr

from ui.analyze.form_handlers import FormHandlers
from ui.parts import SKIP


def click(**data):
    return gr.EventData(None, data)


def test_an_upload_is_shown_and_another_file_is_not(context, video, tmp_path):
    form = FormHandlers(context)
    assert "/media/" in form.preview(str(video))
    (tmp_path / "other.mp4").write_bytes(video.read_bytes())
    assert "/media/" not in form.preview(str(tmp_path / "other.mp4"))


def test_the_form_shows_the_settings_as_they_are_now(context):
    form = FormHandlers(context)
    _, checkpoint, threshold, frames, describer, formats, _ = form.defaults()
    assert (checkpoint.value, threshold) == ("default", 0.41)
    assert (frames, describer, formats) == (0, "auto", ["wav"])
    context.current.change({"trigger": {"threshold": 0.7}, "limits": {"max_sampled_frames": 90}})
    assert form.defaults()[2:4] == [0.7, 90]


def test_new_checkpoints_can_be_chosen_and_the_choice_stays(context, checkpoint_root):
    form = FormHandlers(context)
    (checkpoint_root / "run-8").mkdir()
    (checkpoint_root / "run-8" / "model.safetensors").write_bytes(b"weights")
    fresh = form.fresh_choices("run-7")
    assert ("run-8", "run-8") in fresh.choices
    assert fresh.value == "run-7"
    assert form.fresh_choices("gone").value == "default"


def test_a_hints_threshold_moves_the_slider(context):
    form = FormHandlers(context)
    assert form.take_threshold(click(threshold=0.24)) == 0.24
    assert form.take_threshold(click(threshold=7)) is SKIP
    assert form.take_threshold(click(threshold="0.2")) is SKIP


def test_choosing_a_checkpoint_sets_its_threshold(context):
    card, threshold = FormHandlers(context).choose_checkpoint("default")
    assert "AUC within a clip" in card
    assert threshold == 0.41
    assert FormHandlers(context).choose_checkpoint("../x")[1] is SKIP


def test_the_form_follows_settings_that_were_changed_on_another_tab(context):
    form = FormHandlers(context)
    *_, seen = form.defaults()
    unchanged = form.follow_settings("run-7", seen)
    assert unchanged[1].value == "run-7"
    assert unchanged[2:] == [SKIP] * 5
    context.current.change({"trigger": {"threshold": 0.77}})
    card, _, threshold, *_, now = form.follow_settings("run-7", seen)
    assert "Threshold 0.41" in card
    assert threshold == 0.77
    assert now == context.settings
