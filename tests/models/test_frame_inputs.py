"""What the trainable part is told of each frame."""

import torch

from models.frame_inputs import compute_frame_inputs
from models.motion import motion_width
from tests.models.trigger_factory import random_features
from utils.settings import ModelSettings

TIMES_S = torch.arange(12)[None] / 3.0
VALID = torch.ones(1, 12, dtype=torch.bool)


def test_motion_is_as_precise_under_mixed_precision() -> None:
    features, settings = random_features(12), ModelSettings()
    plain = compute_frame_inputs(features, TIMES_S, VALID, settings).motion
    with torch.autocast("cpu", torch.bfloat16):
        mixed = compute_frame_inputs(features, TIMES_S, VALID, settings).motion
    assert torch.equal(plain.nan_to_num(), mixed.nan_to_num())


def test_motion_that_nothing_looks_at_is_not_computed() -> None:
    settings = ModelSettings(frame_inputs="appearance")
    motion = compute_frame_inputs(random_features(12), TIMES_S, VALID, settings).motion
    assert motion.shape == (1, 12, motion_width(settings.motion))
    assert motion.isnan().all()
