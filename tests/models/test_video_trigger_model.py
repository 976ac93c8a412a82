"""The network as a whole: what a score may depend on, checkpoints, tolerant and strict loading."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.frame_inputs import FrameInputs
from models.video_trigger_model import VideoTriggerModel
from tests.fake_parts import FakeDescriber
from tests.models.trigger_factory import (
    drawn_clip,
    tiny_clip_model,
    tiny_header,
    tiny_model,
    tiny_settings,
)
from utils.errors import CheckpointError, ConfigError
from utils.settings import ModelSettings, TimeEncoderSettings, TriggerHeadSettings

KINDS = ("transformer", "lstm", "bilstm", "convolution")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    tiny_model().save(folder, tiny_header(), {"within_clip_auc": 0.5})
    return folder


def _copy(saved: Path, folder: Path, change: dict[str, torch.Tensor | None]) -> Path:
    weights = {**load_file(saved / "model.safetensors"), **change}
    save_file({k: v for k, v in weights.items() if v is not None}, folder / "model.safetensors")
    (folder / "config.yaml").write_text((saved / "config.yaml").read_text())
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inputs", ["motion", "appearance", "both", "components"])
def test_every_kind_scores_each_frame(kind: str, inputs: str) -> None:
    clip = drawn_clip(8)
    scores = tiny_model(kind, inputs).score_frames(clip.frames, clip.times_s)
    assert scores.shape == (8,)
    assert np.all((scores >= 0) & (scores <= 1))


@pytest.mark.parametrize("kind", KINDS)
def test_cutting_the_start_and_end_changes_nothing_out_of_reach(kind: str) -> None:
    clip, model = drawn_clip(66), tiny_model(kind)
    whole = model.score_frames(clip.frames, clip.times_s)
    piece = model.score_frames(clip.frames[6:60], clip.times_s[6:60])
    times_s = clip.times_s[6:60]
    inside = (times_s > times_s[0] + model.past_reach_s + 1) & (
        times_s < times_s[-1] - model.future_reach_s
    )
    assert inside.sum() > 15
    np.testing.assert_allclose(piece[inside], whole[6:60][inside], atol=2e-3)


def test_padding_changes_no_score() -> None:
    clip, model = drawn_clip(10), tiny_model()
    pixels = torch.from_numpy(clip.frames).permute(0, 3, 1, 2)[None]
    times_s = torch.from_numpy(clip.times_s.astype(np.float32))[None]
    more = torch.cat([pixels, torch.zeros_like(pixels[:, :4])], 1)
    padded_s = torch.cat([times_s, torch.full((1, 4), 1e4)], 1)
    valid = torch.arange(14)[None] < 10
    with torch.no_grad():
        alone, padded = model(pixels, times_s), model(more, padded_s, valid)
    torch.testing.assert_close(alone, padded[:, :10], atol=5e-3, rtol=5e-3)


def test_several_classes_score_what_is_not_class_0() -> None:
    head = TriggerHeadSettings(num_classes=3)
    model = VideoTriggerModel(tiny_settings().model_copy(update={"trigger_detector": head}))
    scores = model.score(torch.tensor([[[0.0, 0.0, 0.0]]]))
    assert float(scores) == pytest.approx(2 / 3)


def test_frozen_components_have_no_gradient() -> None:
    model = tiny_model()
    model.set_frozen(["visual_backbone", "time_aware_encoder"])
    assert not any(p.requires_grad for p in model.visual_backbone.parameters())
    assert all(p.requires_grad for p in model.trigger_detector.parameters())


def test_what_no_score_depends_on_is_not_trained() -> None:
    model = tiny_model(inputs="motion")
    model.set_frozen([])
    assert not any(p.requires_grad for p in model.visual_backbone.project.parameters())
    model = tiny_model(inputs="appearance")
    model.set_frozen([])
    assert all(p.requires_grad for p in model.visual_backbone.project.parameters())
    assert not any(p.requires_grad for p in model.motion_input.parameters())


@pytest.mark.parametrize(("freeze", "told", "learns"), [
    ([], True, True), ([], False, False), (["visual_backbone"], True, False),
])  # fmt: skip
def test_batch_statistics_are_learned_only_if_told(freeze, told: bool, learns: bool) -> None:
    model = tiny_model()
    model.set_frozen(freeze)
    model.start_training(batch_statistics=told)
    assert model.trigger_detector.training
    assert model.visual_backbone.training is learns


def test_a_clip_readout_gives_one_logit_per_clip_and_a_score_per_frame() -> None:
    model, clip = tiny_clip_model(), drawn_clip(20)
    frames = torch.from_numpy(clip.frames).permute(0, 3, 1, 2)[None]
    assert model(frames, torch.arange(20)[None] / 3.0).shape == (1, 1)
    assert model.score_frames(clip.frames, clip.times_s).shape == (20,)


def test_padding_changes_no_clip_logit() -> None:
    model, pooled = tiny_clip_model(), torch.randn(1, 6, 512)
    times_s, valid = torch.arange(6)[None] / 3.0, torch.ones(1, 6, dtype=torch.bool)
    inputs = FrameInputs(torch.full((1, 6, 1), torch.nan), pooled)
    more = FrameInputs(torch.full((1, 9, 1), torch.nan), torch.cat([pooled, pooled[:, :3]], 1))
    padded_s = torch.cat([times_s, torch.full((1, 3), 1e4)], 1)
    with torch.no_grad():
        alone = model.classify_inputs(inputs, times_s, valid)
        padded = model.classify_inputs(more, padded_s, torch.arange(9)[None] < 6)
    torch.testing.assert_close(alone, padded)


def test_settings_that_cannot_be_built_are_config_errors() -> None:
    settings = tiny_clip_model().settings
    with pytest.raises(ConfigError, match="lstm or bilstm"):
        VideoTriggerModel(settings.model_copy(update={"time_encoder": TimeEncoderSettings()}))
    narrow = settings.encoder.model_copy(update={"feature_dim": 64})
    with pytest.raises(ConfigError, match="512"):
        VideoTriggerModel(settings.model_copy(update={"encoder": narrow}))


def test_a_saved_checkpoint_gives_equal_scores(saved: Path) -> None:
    clip = drawn_clip(8)
    model, header, report = VideoTriggerModel.load(saved, strict=True)
    assert report.complete
    assert header == tiny_header()
    expected = tiny_model().score_frames(clip.frames, clip.times_s)
    np.testing.assert_array_equal(model.score_frames(clip.frames, clip.times_s), expected)


def test_a_wrong_shape_is_reported_and_strict_loading_refuses_it(
    saved: Path, tmp_path: Path
) -> None:
    folder = _copy(saved, tmp_path, {"temporal_readout.0.bias": torch.zeros(7), "extra": None})
    _, _, report = VideoTriggerModel.load(folder)
    assert report.mismatched == ("temporal_readout.0.bias",)
    with pytest.raises(CheckpointError, match=r"temporal_readout\.0\.bias"):
        VideoTriggerModel.load(folder, strict=True)


def test_missing_and_unexpected_tensors_are_reported(saved: Path, tmp_path: Path) -> None:
    change = {"temporal_readout.0.bias": None, "stranger": torch.zeros(2)}
    _, _, report = VideoTriggerModel.load(_copy(saved, tmp_path, change))
    assert report.missing == ("temporal_readout.0.bias",)
    assert report.unexpected == ("stranger",)


def test_values_that_are_not_finite_are_refused(saved: Path, tmp_path: Path) -> None:
    folder = _copy(saved, tmp_path, {"temporal_readout.0.bias": torch.tensor([float("nan")])})
    with pytest.raises(CheckpointError, match="not finite"):
        VideoTriggerModel.load(folder)


@pytest.mark.parametrize("damage", [b"", b"\x80\x04garbage", b"PK\x03\x04"])
def test_a_damaged_weights_file_is_refused(saved: Path, tmp_path: Path, damage: bytes) -> None:
    folder = _copy(saved, tmp_path, {})
    (folder / "model.safetensors").write_bytes(damage)
    with pytest.raises(CheckpointError, match="damaged"):
        VideoTriggerModel.load(folder)


def test_a_missing_folder_and_a_bad_header_are_checkpoint_errors(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint folder"):
        VideoTriggerModel.load(tmp_path / "absent")
    (tmp_path / "config.yaml").write_text("threshold: 7\n")
    with pytest.raises(CheckpointError, match="threshold"):
        VideoTriggerModel.load(tmp_path)


def test_triggered_analysis_takes_plain_arrays() -> None:
    clip, model = drawn_clip(12), tiny_model()
    analysis = model.infer_triggered_analysis(
        clip.frames, timestamps=clip.times_s, trigger_threshold=0.0
    )
    assert analysis.num_triggers_detected == 1
    assert analysis.num_frames_analyzed == 12
    assert analysis.triggers[0].event.start_s == 0.0
    assert analysis.triggers[0].analysis
    with pytest.raises(ValueError, match="no frame"):
        model.infer_triggered_analysis(clip.frames[:0])
    with pytest.raises(ValueError, match="12 frames but times"):
        model.infer_triggered_analysis(clip.frames, timestamps=clip.times_s[:5])


def test_triggered_analysis_asks_a_describer_about_the_events_frames_only() -> None:
    clip, model, describer = drawn_clip(12), tiny_model(), FakeDescriber()
    analysis = model.infer_triggered_analysis(
        clip.frames, timestamps=clip.times_s, trigger_threshold=0.0, describer=describer
    )
    assert analysis.triggers[0].analysis.startswith("An event at")
    assert 0 < describer.frames_seen <= 5


def test_the_score_is_one_half_where_the_settings_say() -> None:
    model = tiny_model()
    plain = model.score(torch.tensor([[[2.5]]]))
    model.settings = model.settings.model_copy(update={"score_shift": 2.5, "score_scale": 1.5})
    assert float(plain) > 0.9
    assert float(model.score(torch.tensor([[[2.5]]]))) == 0.5


def test_default_settings_build_the_default_network() -> None:
    assert ModelSettings().encoder.name == "tf_efficientnet_lite0"
