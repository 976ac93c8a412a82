"""Convolutions over real time: taps lie at seconds, not at frames."""

import torch

from models.time_convolution import ConvolutionTimeEncoder
from utils.settings import TimeEncoderSettings

SETTINGS = TimeEncoderSettings(kind="convolution", num_layers=2, reach_s=5 / 3)


def _encoder() -> ConvolutionTimeEncoder:
    torch.manual_seed(0)
    return ConvolutionTimeEncoder(8, SETTINGS).eval()


def _ramp(rate_fps: float, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Features that rise evenly with time, so that what lies between frames is known."""
    times_s = torch.arange(count)[None] / rate_fps
    return times_s[..., None] * torch.linspace(-1, 1, 8), times_s


@torch.no_grad()
def test_twice_the_frame_rate_gives_the_same_at_the_same_time() -> None:
    slow, slow_s = _ramp(3, 30)
    fast, fast_s = _ramp(6, 60)
    every = torch.ones(1, 60, dtype=torch.bool)
    encoder = _encoder()
    a = encoder(slow, slow_s, every[:, :30])[0, 10:20]
    b = encoder(fast, fast_s, every)[0, 20:40:2]
    torch.testing.assert_close(a, b, atol=0.02, rtol=0.02)


@torch.no_grad()
def test_frames_beyond_the_reach_are_not_seen() -> None:
    features, times_s = _ramp(3, 30)
    valid = torch.ones(1, 30, dtype=torch.bool)
    encoder = _encoder()
    changed = features.clone()
    changed[0, 20:] += 5
    difference = (encoder(features, times_s, valid) - encoder(changed, times_s, valid)).abs()
    near = times_s[0] > times_s[0, 20] - SETTINGS.reach_s
    assert float(difference[0, ~near].max()) == 0
    assert float(difference[0, near].max()) > 0


@torch.no_grad()
def test_padding_changes_nothing() -> None:
    features, times_s = _ramp(3, 12)
    valid = torch.ones(1, 12, dtype=torch.bool)
    padded = torch.cat([features, torch.full((1, 4, 8), 9.0)], 1)
    padded_s = torch.cat([times_s, torch.full((1, 4), times_s[0, -1] + 0.1)], 1)
    padded_valid = torch.cat([valid, torch.zeros(1, 4, dtype=torch.bool)], 1)
    encoder = _encoder()
    torch.testing.assert_close(
        encoder(features, times_s, valid), encoder(padded, padded_s, padded_valid)[:, :12]
    )
