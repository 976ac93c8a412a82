"""Training on pictures, end to end on drawn videos: encoders that learn, clips, anticipation."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.clip_scoring import score_clip
from models.trainers.interruption import TrainingStopped
from models.trainers.network import NetworkTrainer
from models.trainers.pixels import needs_pictures, pixel_data
from models.trainers.preparation import new_network
from models.trainers.run import train
from models.trainers.samples import stack
from models.triggers.network import NetworkTrigger
from models.video_trigger_model import VideoTriggerModel
from tests.video_factory import VideoPlan, barcode_frame, write_video
from utils.clip import Frames
from utils.config import validate
from utils.datasets.corpus import read_corpus
from utils.settings import Settings

CONTACT_FRAME = 36
Tree = dict[str, Any]


def _crash_frame(number: int, size_px: tuple[int, int]) -> Frames:
    """Dark from one second before the contact, bright from the contact on."""
    frame = barcode_frame(number, size_px) // 2
    if number >= CONTACT_FRAME:
        return frame + 120
    return frame // 3 if number >= CONTACT_FRAME - 12 else frame


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two quiet and two crash clips of 6 s at 12 frames a second, contact at 3 s, and labels."""
    folder, entries = tmp_path_factory.mktemp("videos"), []
    for name in ("quiet_a", "quiet_b", "crash_a", "crash_b"):
        draw = _crash_frame if "crash" in name else barcode_frame
        plan = VideoPlan(frames=72, rate=Fraction(12), size_px=(64, 48), draw=draw)
        write_video(folder / f"{name}.mp4", plan)
        moments = [{"timestamp": 3.0, "label": "collision", "description": ""}]
        triggers = moments if "crash" in name else []
        entries.append({"video_path": f"{name}.mp4", "triggers": triggers, "description": ""})
    (folder / "labels.json").write_text(json.dumps({"videos": entries}))
    return folder


@pytest.fixture
def make_settings(videos: Path, tmp_path: Path):
    """(training, model) -> settings of a short run over the drawn clips."""

    def build(training: Tree, model: Tree | None = None) -> Settings:
        labels = str(videos / "labels.json")
        tree = {
            "device": "cpu",
            "data": {
                "train_annotations": labels, "train_video_dir": str(videos),
                "cache_dir": str(videos / "cache"), "frame_sampling_rate": 4.0,
            },
            "model": {
                "members": 1, "frame_inputs": "both",
                "encoder": {
                    "name": "test_resnet", "pretrained": "none", "image_size_px": 32,
                    "feature_dim": 16,
                },
                "time_encoder": {"num_layers": 1, "dropout": 0.0},
                "trigger_detector": {"dropout": 0.0},
                **(model or {}),
            },
            "training": {
                "batch_size": 4, "num_epochs": 12, "learning_rate": 2e-3, "warmup_steps": 1,
                "batch_statistics": True, "encoder_learning_rate_scale": 1.0, "freeze": [],
                "log_dir": str(tmp_path / "logs"), "output_dir": str(tmp_path / "run"),
                **training,
            },
        }  # fmt: skip
        return validate(tree, source="test")

    return build


CLIP_MODEL = {
    "readout": "clip",
    "frame_inputs": "pooled",
    "encoder": {
        "name": "test_resnet", "pretrained": "none", "image_size_px": 32, "feature_dim": 96,
    },
    "time_encoder": {"kind": "bilstm", "num_layers": 1, "window_frames": 16},
    "trigger_detector": {"hidden_dims": [], "dropout": 0.0},
}  # fmt: skip


def _trainer(settings: Settings) -> NetworkTrainer:
    data = pixel_data(read_corpus(settings.data), settings)
    return NetworkTrainer(new_network(settings), data, settings)


def _falls(trainer: NetworkTrainer) -> bool:
    losses = [outcome.loss for outcome in trainer.optimize()]
    return bool(np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3]))


def test_pictures_are_needed_where_the_encoder_learns_or_pictures_change(make_settings) -> None:
    assert needs_pictures(make_settings({}))
    assert needs_pictures(
        make_settings({"freeze": ["visual_backbone"], "augment_pictures": "full"})
    )
    assert not needs_pictures(make_settings({"freeze": ["visual_backbone"]}))


def test_a_sample_is_a_function_of_its_generator(make_settings) -> None:
    settings = make_settings({"augment_pictures": "full"})
    samples = pixel_data(read_corpus(settings.data), settings).train
    first, second = (samples.sample(2, np.random.default_rng(4)) for _ in range(2))
    assert torch.equal(first.inputs, second.inputs)
    assert torch.equal(first.labels, second.labels)
    assert first.inputs.shape == (len(first.labels), 3, 32, 32)
    batch = stack([first, samples.sample(0, np.random.default_rng(1))])
    assert batch.inputs.dtype == torch.uint8


@pytest.mark.parametrize("inputs", ["motion", "both"])
def test_an_encoder_that_is_not_frozen_learns(make_settings, inputs: str) -> None:
    trainer = _trainer(make_settings({}, {"frame_inputs": inputs}))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    assert _falls(trainer)
    after = trainer.network.state_dict()
    moved = [k for k in before if not torch.equal(before[k], after[k])]
    assert any(k.startswith("visual_backbone.body.layer1") for k in moved)
    assert any("running_mean" in k for k in moved)


def test_batch_statistics_stay_unless_told(make_settings) -> None:
    trainer = _trainer(make_settings({"batch_statistics": False, "num_epochs": 1}))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    list(trainer.optimize())
    after = trainer.network.state_dict()
    assert all(torch.equal(after[k], v) for k, v in before.items() if "running" in k)


def test_a_frozen_encoder_stays_while_pictures_change(make_settings) -> None:
    trainer = _trainer(
        make_settings({"freeze": ["visual_backbone"], "augment_pictures": "light", "num_epochs": 2})
    )
    before = {k: v.clone() for k, v in trainer.network.visual_backbone.state_dict().items()}
    list(trainer.optimize())
    after = trainer.network.visual_backbone.state_dict()
    assert all(torch.equal(after[k], v) for k, v in before.items())


def test_a_network_that_reads_clips_learns_and_scores(make_settings, videos: Path) -> None:
    settings = make_settings({"learning_rate": 5e-4}, CLIP_MODEL)
    trainer = _trainer(settings)
    assert _falls(trainer)
    trigger = NetworkTrigger(trainer.network, trainer.header(), device="cpu")
    crash, quiet = (
        score_clip(trigger, clip).track.scores.max()
        for clip in sorted(read_corpus(settings.data), key=lambda c: c.path)[1:3]
    )
    assert crash > quiet


def test_anticipation_trains_and_the_track_says_its_horizon(make_settings, tmp_path: Path) -> None:
    settings = make_settings({"horizon_s": 1.0, "num_epochs": 2, "frame_head_weight": 0.5})
    lines = list(train(settings))
    assert any("written to" in line for line in lines)
    network, header, report = VideoTriggerModel.load(tmp_path / "run" / "final", strict=True)
    assert report.complete
    assert header.horizon_s == 1.0
    clip = read_corpus(settings.data)[0]
    track = score_clip(NetworkTrigger(network, header, device="cpu"), clip).track
    assert track.horizon_s == 1.0


def test_a_run_on_pictures_goes_on_bit_equal(make_settings, tmp_path: Path) -> None:
    short = {"augment_pictures": "full", "num_epochs": 3, "resume_every_steps": 1, "batch_size": 2}
    whole = _trainer(make_settings(short))
    whole.fit()
    cut = {**short, "output_dir": str(tmp_path / "cut")}
    first, steps = _trainer(make_settings(cut)), whole.schedule.total_steps
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(first.optimization, "step", _stopping(first, after=steps // 2))
        with pytest.raises(TrainingStopped):
            first.fit()
    second = _trainer(make_settings({**cut, "workers": 2}))
    second.fit(resume=True)
    for name, value in second.network.state_dict().items():
        assert torch.equal(value, whole.network.state_dict()[name]), name


def _stopping(trainer: NetworkTrainer, *, after: int):
    step = trainer.optimization.step

    def stepped(batches, schedule, done, *, stop=False):
        return step(batches, schedule, done, stop=done == after)

    return stepped


def test_classes_are_learned_and_named_in_the_checkpoint(make_settings, tmp_path: Path) -> None:
    head = {"num_classes": 3, "dropout": 0.0}
    settings = make_settings({"frame_loss": "focal"}, {"trigger_detector": head})
    crashes = iter(["turning", "ahead"])
    corpus = [
        replace(c, tags={"class": next(crashes)}) if c.kind == "crash" else c
        for c in read_corpus(settings.data)
    ]
    network = new_network(settings)
    trainer = NetworkTrainer(network, pixel_data(corpus, settings), settings)
    assert _falls(trainer)
    assert trainer.header().classes == ("nothing", "ahead", "turning")
    network.save(tmp_path / "classes", trainer.header(), {})
    trigger = NetworkTrigger.load(tmp_path / "classes", device="cpu", strict=True)
    assert score_clip(trigger, corpus[0]).track.scores.shape[0] > 20


def test_the_frames_of_a_padded_batch_are_not_encoded(make_settings) -> None:
    trainer = _trainer(make_settings({}))
    encoder, frames = trainer.network.visual_backbone, torch.randint(0, 256, (2, 3, 3, 32, 32))
    valid = torch.tensor([[True, True, True], [True, False, False]])
    with torch.no_grad():
        padded = encoder.eval().describe_valid(frames, valid)
        whole = encoder.describe(frames)
    torch.testing.assert_close(padded.pooled[valid], whole.pooled[valid])
    assert float(padded.cells[~valid].abs().sum()) == 0
