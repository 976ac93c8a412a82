"""Windows over a clip: every frame is held, the last window ends the clip."""

import numpy as np
import pytest

from models.clip_windows import mean_over_windows, window_spans


@pytest.mark.parametrize("count", [1, 3, 4, 5, 6, 7, 8, 31])
@pytest.mark.parametrize("length", [1, 4, 5])
def test_windows_hold_every_frame_and_end_with_the_clip(count: int, length: int) -> None:
    spans = window_spans(count, length)
    held = np.zeros(count)
    for start, end in spans:
        assert end - start == min(length, count)
        held[start:end] += 1
    assert held.min() >= 1
    assert spans[-1][1] == count
    assert len(set(spans)) == len(spans)


def test_a_frame_scores_the_mean_of_its_windows() -> None:
    spans = window_spans(7, 4)
    assert spans == [(0, 4), (2, 6), (3, 7)]
    scores = mean_over_windows([0.2, 0.4, 0.9], spans)
    np.testing.assert_allclose(scores, [0.2, 0.2, 0.3, 0.5, 0.65, 0.65, 0.9])
