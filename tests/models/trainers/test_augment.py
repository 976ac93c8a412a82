"""Pictures changed at random: alike over a crop, and by the generator alone."""

import numpy as np
import pytest
import torch

from models.trainers.augment import PictureAugmentation, stored_side_px

STRENGTHS = ("none", "light", "full")


def _still(count: int = 6) -> torch.Tensor:
    picture = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (3, 48, 48), np.uint8))
    return picture.expand(count, 3, 48, 48)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_frames_become_inputs(strength: str) -> None:
    changed = PictureAugmentation(strength, 32)(_still(), np.random.default_rng(0))
    assert changed.dtype == torch.uint8
    assert changed.shape == (6, 3, 32, 32)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_equal_generators_change_pictures_equally(strength: str) -> None:
    augmentation = PictureAugmentation(strength, 32)
    first, second = (augmentation(_still(), np.random.default_rng(5)) for _ in range(2))
    assert torch.equal(first, second)


def test_pictures_differ_from_sample_to_sample_but_torchs_generator_stays() -> None:
    augmentation, generator = PictureAugmentation("full", 32), np.random.default_rng(0)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    samples = [augmentation(_still(), generator) for _ in range(8)]
    assert torch.equal(torch.rand(1), expected)
    assert len({s.numpy().tobytes() for s in samples}) == 8


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_still_stays_still_unless_something_comes_up(strength: str) -> None:
    augmentation = PictureAugmentation(strength, 32)
    samples = [augmentation(_still(), np.random.default_rng(seed)) for seed in range(40)]
    still = [torch.equal(s, s[:1].expand_as(s)) for s in samples]
    assert all(still) if strength == "none" else 0.3 < np.mean(still) < 1


def test_pictures_are_kept_larger_than_the_input_where_they_are_cropped() -> None:
    assert stored_side_px("none", 224) == 224
    assert stored_side_px("full", 224) == 256
