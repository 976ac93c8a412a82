"""Motion features: relative, bounded in time, and never across a cut."""

import torch

from models.motion import find_cuts, motion_features, motion_width
from models.visual_encoder import FrameFeatures
from tests.models.trigger_factory import random_features
from utils.settings import MotionSettings

SETTINGS = MotionSettings()


def _motion(features: FrameFeatures, start_s: float = 0.0) -> torch.Tensor:
    count = features.pooled.shape[1]
    times_s = start_s + torch.arange(count)[None] / 3
    valid = torch.ones(1, count, dtype=torch.bool)
    return motion_features(features, times_s, valid, SETTINGS)[0]


def _rows(features: FrameFeatures, start: int, end: int) -> FrameFeatures:
    return FrameFeatures(*(part[:, start:end] for part in features.parts()))


def test_width_is_as_announced() -> None:
    assert _motion(random_features(9)).shape == (9, motion_width(SETTINGS))


def test_first_frame_has_no_past() -> None:
    motion = _motion(random_features(9))
    assert motion[0].isnan().all()
    assert not motion[3].isnan().any()


def test_start_time_does_not_matter() -> None:
    features = random_features(20)
    torch.testing.assert_close(
        _motion(features), _motion(features, 100.0), equal_nan=True, atol=1e-3, rtol=1e-3
    )


def test_frames_out_of_reach_do_not_matter() -> None:
    features = random_features(60)
    cut_off = _motion(_rows(features, 10, 60))[15:]  # 5 s after the cut: history 4 s + one lag
    torch.testing.assert_close(cut_off, _motion(features)[25:], atol=1e-3, rtol=1e-3)


def test_still_pictures_have_the_least_motion() -> None:
    still = _rows(random_features(20), 0, 1)
    still = FrameFeatures(*(part.expand(1, 20, *part.shape[2:]) for part in still.parts()))
    assert bool((_motion(still)[5:, 0] < _motion(random_features(20))[5:, 0]).all())


def test_a_single_jump_is_a_cut_and_a_row_of_jumps_is_not() -> None:
    cut = torch.tensor([[0.0, 0.1, 0.7, 0.1, 0.1]])
    blow = torch.tensor([[0.0, 0.1, 0.7, 0.6, 0.5]])
    assert find_cuts(cut)[0].tolist() == [False, False, True, False, False]
    assert not find_cuts(blow).any()


def test_after_a_cut_the_past_is_unknown() -> None:
    before, after = random_features(12, seed=1), random_features(12, seed=2)
    opposite = FrameFeatures(after.pooled, -after.cells, after.grey)
    joined = FrameFeatures(
        *(torch.cat(pair, 1) for pair in zip(before.parts(), opposite.parts(), strict=True))
    )
    motion = _motion(joined)
    assert motion[12].isnan().all()
    torch.testing.assert_close(motion[12:], _motion(opposite), equal_nan=True, atol=1e-3, rtol=1e-3)
