"""The look of frames in a few numbers, and how it differs from the seconds before."""

import torch

from models.appearance import LIMIT, PrincipalComponents, past_change
from models.motion import comparable


def _drive(frames: int, *, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    pooled = torch.randn(1, frames, 6, generator=generator)
    return pooled, torch.arange(frames)[None] / 3


def test_change_is_the_difference_to_the_mean_of_the_history() -> None:
    pooled, times_s = _drive(30)
    change = past_change(pooled, times_s, torch.ones(1, 30, 30, dtype=torch.bool), 2.0)
    torch.testing.assert_close(change[0, 20], pooled[0, 20] - pooled[0, 14:20].mean(0))


def test_the_first_frame_has_no_change() -> None:
    pooled, times_s = _drive(5)
    change = past_change(pooled, times_s, torch.ones(1, 5, 5, dtype=torch.bool), 2.0)
    assert not change[0, 0].any()


def test_frames_before_a_cut_are_no_past() -> None:
    pooled, times_s = _drive(9)
    alike = comparable(torch.tensor([[0, 0, 0, 1, 1, 1, 1, 1, 1]]), torch.ones(1, 9).bool())
    change = past_change(pooled, times_s, alike, 4.0)
    torch.testing.assert_close(change[0, 5], pooled[0, 5] - pooled[0, 3:5].mean(0))


def test_components_have_spread_one_and_are_unrelated() -> None:
    vectors = torch.randn(4000, 8, generator=torch.Generator().manual_seed(1)) * 0.2
    vectors = vectors @ torch.randn(8, 8, generator=torch.Generator().manual_seed(2)) + 5
    components = PrincipalComponents(8, 3)
    components.fit(vectors)
    related = torch.cov(components(vectors).T)
    torch.testing.assert_close(related, torch.eye(3), atol=0.05, rtol=0)


def test_components_are_bounded() -> None:
    components = PrincipalComponents(4, 2)
    components.fit(torch.randn(100, 4, generator=torch.Generator().manual_seed(3)))
    assert float(components(torch.full((1, 4), 1e6)).abs().max()) <= LIMIT
