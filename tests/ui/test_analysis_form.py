"""What the form may say: forged values are refused in our own words, without a list of paths."""

import math
from pathlib import Path

import pytest
import yaml

from tests.utils.test_calibration import make_calibration
from ui import views
from ui.analysis_form import Form, read_settings, read_video
from ui.checkpoints import CheckpointShelf
from utils.config import merge, validate
from utils.errors import AppError, CheckpointError, ConfigError, VideoError
from utils.settings import Settings

FORGED = [
    "other",
    "",
    "../default",
    "..",
    ".",
    "DEFAULT",
    "default/",
    "default\x00",
    "empty",
    "/etc",
    ["default"],
    {"name": "default"},
    7,
    True,
    math.nan,
]


@pytest.fixture
def shelf(settings, checkpoint_root):
    return CheckpointShelf(lambda: settings, checkpoint_root)


def filled(**changes):
    return Form(**({"checkpoint": "default", "threshold": 0.41, "formats": ["wav"]} | changes))


@pytest.mark.parametrize("name", FORGED, ids=repr)
def test_a_forged_checkpoint_is_refused_without_naming_paths(name, settings, shelf):
    with pytest.raises(CheckpointError) as caught:
        read_settings(filled(checkpoint=name), settings, shelf)
    assert "/" not in str(caught.value)
    assert "run-7" not in str(caught.value)


def test_an_absolute_path_of_an_offered_checkpoint_is_refused(settings, shelf, checkpoint_root):
    with pytest.raises(CheckpointError):
        read_settings(filled(checkpoint=str(checkpoint_root / "default")), settings, shelf)


def test_only_folders_with_weights_are_offered_and_the_settings_own_comes_first(shelf):
    assert shelf.names() == ["default", "run-7"]


def test_a_checkpoint_tells_its_threshold_and_figures(shelf):
    found = shelf.find("default")
    assert found.threshold == 0.41
    assert found.figures == "AUC within a clip 0.87"
    assert shelf.find("run-7").threshold == 0.3


@pytest.mark.parametrize(
    ("budget", "threshold", "promise"),
    [
        (None, 0.41, "at most 2 false alarms per hour, expected recall 0.50"),
        (6.0, 0.3, "at most 6 false alarms per hour, expected recall 0.80"),
        (0.1, 0.9, "at most 0.1 false alarms per hour, expected recall 0.20"),
    ],
)
def test_a_calibrated_checkpoint_tells_what_its_threshold_costs(
    budget, threshold, promise, settings, checkpoint_root
):
    tree = {"threshold": 0.41, "calibration": make_calibration().model_dump(mode="json")}
    (checkpoint_root / "default" / "config.yaml").write_text(yaml.safe_dump(tree))
    trigger = settings.trigger.model_copy(update={"max_false_alarms_per_hour": budget})
    chosen = settings.model_copy(update={"trigger": trigger})
    found = CheckpointShelf(lambda: chosen, checkpoint_root).find("default")
    assert found.threshold == threshold
    assert found.promise.startswith(promise)
    assert found.doubts.startswith("too little to promise that")
    card = views.card(found)
    assert f"chosen for {promise}" in card
    assert "Too little to promise that" in card


@pytest.mark.parametrize("calibration", [None, 7, {"hours": -1}, {"thresholds": "x"}])
def test_a_damaged_calibration_promises_nothing(calibration, settings, checkpoint_root):
    tree = {"threshold": 0.41, "calibration": calibration}
    (checkpoint_root / "default" / "config.yaml").write_text(yaml.safe_dump(tree))
    found = CheckpointShelf(lambda: settings, checkpoint_root).find("default")
    assert (found.threshold, found.promise) == (0.41, "")


def test_what_is_left_out_is_as_the_settings_say(settings, shelf):
    chosen = validate(
        merge(
            settings.model_dump(),
            {
                "trigger": {"threshold": 0.6},
                "limits": {"max_sampled_frames": 70},
                "describer": {"kind": "template"},
            },
        ),
        source="test",
    )
    left_out = read_settings(Form(), chosen, shelf)
    assert left_out.trigger.threshold == 0.6
    assert left_out.limits.max_sampled_frames == 70
    assert left_out.describer.kind == "template"
    assert Path(left_out.trigger.checkpoint).name == "default"


def test_an_unmoved_slider_keeps_the_checkpoints_own_threshold(settings, shelf):
    assert read_settings(filled(), settings, shelf).trigger.threshold is None


@pytest.mark.parametrize("value", [0, 0.0, 0.2, 1])
def test_a_moved_slider_overrides_also_with_zero(value, settings, shelf):
    assert read_settings(filled(threshold=value), settings, shelf).trigger.threshold == value


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1.9},
        {"threshold": -0.1},
        {"threshold": "0.3"},
        {"threshold": math.nan},
        {"threshold": [0.3]},
        {"threshold": True},
        {"max_sampled_frames": -5},
        {"max_sampled_frames": 2.5},
        {"max_sampled_frames": "many"},
        {"max_sampled_frames": math.inf},
        {"describer": "cloud"},
        {"describer": ["llava"]},
        {"formats": ["exe"]},
        {"formats": "wav"},
        {"formats": [["wav"]]},
        {"formats": None},
    ],
    ids=str,
)
def test_values_outside_what_is_offered_are_refused(changes, settings, shelf):
    with pytest.raises(ConfigError):
        read_settings(filled(**changes), settings, shelf)


def test_reports_for_programs_and_people_are_always_written(settings, shelf):
    chosen = read_settings(filled(formats=["csv"]), settings, shelf)
    assert chosen.outputs.formats == ("json", "html", "csv")


@pytest.mark.parametrize("nothing", [None, "", 0])
def test_nothing_means_all_frames(nothing, settings, shelf):
    assert (
        read_settings(filled(max_sampled_frames=nothing), settings, shelf).limits.max_sampled_frames
        is None
    )
    some = read_settings(filled(max_sampled_frames=90), settings, shelf)
    assert some.limits.max_sampled_frames == 90


def test_no_checkpoint_at_all_is_explained(settings, tmp_path):
    none = settings.trigger.model_copy(update={"checkpoint": str(tmp_path / "nothing")})
    changed = settings.model_copy(update={"trigger": none})
    shelf = CheckpointShelf(lambda: changed, tmp_path / "nothing")
    with pytest.raises(AppError, match="no checkpoint"):
        read_settings(filled(), settings, shelf)


def test_an_upload_is_found_among_the_uploads(video, tmp_path):
    assert read_video(Form(upload=str(video)), tmp_path / "uploads") == video


@pytest.mark.parametrize(
    "upload", ["/etc/passwd", ["x"], {"path": "x"}, 3, "../uploads.mp4", "a\x00b"], ids=repr
)
def test_a_forged_upload_is_refused(upload, tmp_path):
    with pytest.raises(VideoError):
        read_video(Form(upload=upload), tmp_path)


def test_an_upload_that_is_a_link_out_of_the_folder_is_refused(tmp_path):
    inside = tmp_path / "uploads"
    inside.mkdir()
    (inside / "x.mp4").symlink_to("/etc/passwd")
    with pytest.raises(VideoError):
        read_video(Form(upload=str(inside / "x.mp4")), inside)


def test_a_path_is_read_in_place(video, tmp_path):
    assert read_video(Form(local_path=f'  "{video}" '), tmp_path) == video


@pytest.mark.parametrize(
    "text", ["http://evil.com/a.mp4", "/no/such/file.mp4", "/tmp", "a\x00b", "x" * 5000], ids=len
)
def test_a_path_that_is_no_file_is_explained(text, tmp_path):
    with pytest.raises(VideoError) as caught:
        read_video(Form(local_path=text), tmp_path)
    assert "/no/such" not in str(caught.value)


def test_paths_are_off_on_the_network(video, tmp_path):
    with pytest.raises(VideoError, match="network"):
        read_video(Form(local_path=str(video)), tmp_path, local_allowed=False)


def test_an_upload_and_a_path_together_are_not_guessed_about(video, tmp_path):
    with pytest.raises(VideoError, match="Clear one"):
        read_video(Form(upload=str(video), local_path=str(video)), tmp_path)


def test_nothing_chosen_is_explained(tmp_path):
    with pytest.raises(VideoError, match="Choose a video"):
        read_video(Form(), tmp_path)


def test_figures_of_held_out_clips_say_where_they_come_from():
    found = CheckpointShelf(Settings).find("default")
    assert found.figures.startswith("Cross-validation: ")
    assert "of crashes found at 10 false alarms per hour" in found.figures
    assert found.figures.endswith(", on 33 crash clips and 9.8 min without a crash")
