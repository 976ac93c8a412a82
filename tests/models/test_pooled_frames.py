"""Frames as vectors: what they depend on, and when two of them may be compared."""

import numpy as np
import pytest
import torch

from models.event_vectors import EventVectors
from models.pooled_frames import PooledFrames
from models.triggers.cascade import CascadeTrigger
from models.triggers.network import NetworkTrigger
from models.triggers.window_questions import WindowPlan
from models.triggers.yes_no import YesNoTrigger
from tests.models.trigger_factory import SIDE_PX, drawn_clip, tiny_header, tiny_model
from tests.models.triggers.question_chats import bright_chat
from utils.video.picture import resize_pixels

PLAN = WindowPlan(length_s=2.0, frames=4, side_px=64, batch_size=3)


@pytest.fixture(scope="module")
def network():
    return tiny_model()


@pytest.fixture
def encoder(network):
    return PooledFrames(network.visual_backbone)


def test_a_frame_is_encoded_alike_alone_and_among_others(encoder):
    frames = drawn_clip(20).frames
    together = encoder.encode(frames)
    assert together.shape == (20, 512)
    assert together.dtype == np.float32
    alone = np.concatenate([encoder.encode(frames[n : n + 1]) for n in range(20)])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_a_large_frame_is_shrunk_as_the_trigger_samples_it(encoder):
    frame = np.random.default_rng(3).integers(0, 256, (270, 480, 3), dtype=np.uint8)
    small = resize_pixels(frame, (SIDE_PX, SIDE_PX))
    np.testing.assert_array_equal(encoder.encode(frame[None]), encoder.encode(small[None]))


def test_the_name_changes_with_the_weights_and_the_size_only(encoder, network):
    assert encoder.name == PooledFrames(tiny_model().visual_backbone).name
    assert "resnet18" in encoder.name
    other = tiny_model()
    with torch.no_grad():
        next(other.visual_backbone.body.parameters()).add_(1e-3)
        other.visual_backbone.project.weight.add_(1)
    assert PooledFrames(other.visual_backbone).name != encoder.name
    trained = tiny_model("lstm")
    trained.visual_backbone.load_state_dict(network.visual_backbone.state_dict())
    assert PooledFrames(trained.visual_backbone).name == encoder.name


def test_networks_can_look_at_frames_and_chats_cannot():
    trigger = NetworkTrigger(tiny_model(), tiny_header(), device="cpu")
    cascade = CascadeTrigger(trigger, bright_chat(), PLAN)
    assert cascade.frame_encoder is trigger.frame_encoder
    assert trigger.frame_encoder is not None
    assert YesNoTrigger(bright_chat(), PLAN).frame_encoder is None


def test_an_event_is_the_mean_of_its_frames_in_order_of_number(encoder):
    vectors, clip = EventVectors(encoder), drawn_clip(6)
    vectors.add(2, clip.take([3, 4]))
    vectors.add(1, clip.take([0]))
    features = vectors.features()
    assert features.encoder == encoder.name
    first, second = encoder.encode(clip.frames[[0]])[0], encoder.encode(clip.frames[[3, 4]]).mean(0)
    np.testing.assert_allclose(features.vectors[0], first / np.linalg.norm(first), atol=1e-5)
    np.testing.assert_allclose(features.vectors[1], second / np.linalg.norm(second), atol=1e-5)


def test_without_an_encoder_or_an_event_there_are_no_features(encoder):
    blind = EventVectors(None)
    blind.add(1, drawn_clip(2))
    assert blind.features() is None
    assert EventVectors(encoder).features() is None
