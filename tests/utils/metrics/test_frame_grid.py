"""Tracks on a frame grid, and tracks as they are known while driving."""

import numpy as np
import pytest

from tests.scored_clips import scored_clip
from utils.metrics.frame_grid import NO_SCORE_YET, common_rate, delayed, frame_times, hold, on_grid


def test_each_frame_takes_the_latest_score() -> None:
    scored = scored_clip("normal", [0.1, 0.5, 0.9])  # seconds 0, 1, 2
    times_s = np.array([0.0, 0.5, 0.999, 1.0, 1.5, 2.5])
    assert hold(scored.track, times_s).tolist() == [0.1, 0.1, 0.1, 0.5, 0.5, 0.9]


@pytest.mark.parametrize("rate_fps", [10.0, 20.0, 29.97])
def test_a_track_at_the_grids_own_rate_is_unchanged(rate_fps: float) -> None:
    scores = np.random.default_rng(0).random(143).tolist()
    scored = scored_clip("normal", scores, rate_fps=rate_fps)
    assert on_grid(scored.track, rate_fps).tolist() == scores


def test_three_scores_a_second_fill_ten_frames_a_second() -> None:
    scored = scored_clip("normal", [0.0, 0.3, 0.6], rate_fps=3.0)
    filled = [0.0] * 4 + [0.3] * 3 + [0.6] * 3  # frames 0-3, 4-6 (0.4 s on), 7-9 (0.7 s on)
    assert on_grid(scored.track, 10.0).tolist() == filled


def test_a_folder_counts_all_its_frames_and_a_video_those_that_were_scored() -> None:
    folder = scored_clip("normal", [0.1, 0.2], frame_rate=10.0)
    assert len(frame_times(folder)) == 20
    assert len(frame_times(scored_clip("normal", [0.1, 0.2]))) == 2


def test_a_shared_rate_is_used_and_mixed_ones_are_not() -> None:
    at_10, at_20 = (scored_clip("normal", [0.1], frame_rate=rate).clip for rate in (10.0, 20.0))
    assert common_rate([at_20, at_20], 10.0) == 20.0
    assert common_rate([at_10, at_20], 5.0) == 5.0


def test_a_score_is_known_only_after_the_look_ahead() -> None:
    scored = delayed(scored_clip("crash", [0.1, 0.9, 0.2, 0.3], 3.0), 2.0)
    assert scored.track.times_s.tolist() == [0.0, 2.0, 3.0]
    assert scored.track.scores.tolist() == [NO_SCORE_YET, 0.1, 0.9]
    assert hold(scored.track, np.array([1.9])).tolist() == [NO_SCORE_YET]


def test_without_look_ahead_nothing_changes() -> None:
    scored = scored_clip("crash", [0.1, 0.9], 1.0)
    assert delayed(scored, 0.0) is scored
