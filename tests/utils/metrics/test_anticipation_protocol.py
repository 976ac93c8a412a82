"""UString's figures: by hand, and against its algorithm written out again loop by loop."""

import numpy as np
import pytest

from tests.scored_clips import figures, scored_clip
from utils.errors import AnnotationError
from utils.metrics.anticipation import AnticipationMeasure, FramePredictions

Videos = list[FramePredictions]


def ustring(videos: Videos, rate_fps: float) -> tuple[float, float, float]:
    """`evaluation` of UString's src/eval_tools.py, step by step, quirks included; slow."""
    judged = [v.scores[: v.accident] if v.positive else v.scores for v in videos]
    frames = sum(len(scores) for scores in judged)
    lowest = min(float(scores.min()) for scores in judged)
    precision, recall, time = np.zeros(frames), np.zeros(frames), np.zeros(frames)
    row = 0
    for threshold in np.arange(max(lowest, 0), 1.0, 0.001):
        true, reported, late = 0.0, 0.0, 0.0
        for video, scores in zip(videos, judged, strict=True):
            hits = np.where(scores * int(video.positive) >= threshold)[0]
            if len(hits) > 0:
                true += 1
                late += hits[0] / float(video.accident)
            if len(np.where(scores >= threshold)[0]) > 0:
                reported += 1
        if reported == 0:
            continue
        precision[row] = true / reported
        recall[row] = true / sum(v.positive for v in videos)
        if true == 0:
            continue
        time[row] = 1 - late / true
        row += 1
    order = np.argsort(recall)
    precision, recall, time = precision[order], recall[order], time[order]
    _, starts = np.unique(recall, return_index=True)
    starts = starts[1:]
    best_precision, best_time = np.zeros(len(starts)), np.zeros(len(starts))
    for n in range(len(starts) - 1):
        best_time[n] = time[starts[n] : starts[n + 1]].max()
        best_precision[n] = precision[starts[n] : starts[n + 1]].max()
    best_time[-1], best_precision[-1] = time[starts[-1]], precision[starts[-1]]
    kept = recall[starts]
    area = best_precision[0] * kept[0] if kept[0] != 0 else 0.0
    for n in range(1, len(starts)):
        area += (best_precision[n - 1] + best_precision[n]) * (kept[n] - kept[n - 1]) / 2
    seconds = len(videos[0].scores) / rate_fps
    at_80 = best_time[np.argmin(np.abs(kept - 0.8))]
    return float(area), float(best_time.mean() * seconds), float(at_80 * seconds)


def video(scores: list[float], accident: int | None = None) -> FramePredictions:
    given = np.array(scores)
    return FramePredictions(given, accident is not None, accident or len(scores) + 1)


def published(videos: Videos, rate_fps: float) -> list[float]:
    found = figures(AnticipationMeasure(videos, rate_fps), len(videos))
    return [
        value
        for name, value in found.items()
        if name.endswith("_published") or "_published_" in name
    ]


def random_videos(seed: int, *, low: float) -> Videos:
    """DAD-like: 100 frames, accident at 90; scores rise towards it, with many equal ones."""
    generator = np.random.default_rng(seed)
    videos = []
    for number in range(12):
        rising = np.linspace(0, 0.4, 100) if number % 3 == 0 else 0.0
        scores = np.clip(low + 0.5 * generator.random(100) + rising, 0, 1).round(2)
        videos.append(FramePredictions(scores, number % 3 == 0, 90))
    return videos


@pytest.mark.parametrize("low", [0.0, 0.02, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_the_published_figures_are_those_of_the_published_steps(seed: int, low: float) -> None:
    videos = random_videos(seed, low=low)
    assert published(videos, 20.0) == pytest.approx(list(ustring(videos, 20.0)), abs=1e-12)


def test_scores_of_exactly_zero_make_the_published_code_count_normal_videos_as_found() -> None:
    videos = [video([0.0, 0.5, 0.9, 0.9] * 300, 3), video([0.0, 0.2, 0.1, 0.0] * 300)]
    assert published(videos, 1.0) == pytest.approx(list(ustring(videos, 1.0)), abs=1e-12)
    found = figures(AnticipationMeasure(videos, 1.0), 2)
    assert found["ap_published"] > 1.0  # a recall of 2 of 1
    assert found["ap"] == 1.0


def test_time_to_accident_by_hand() -> None:
    # one crash at frame 4 of 5, 2 frames a second: the score passes .2 at frame 1, .6 at frame 3
    videos = [video([0.1, 0.2, 0.2, 0.6, 0.9], 4), video([0.1] * 5)]
    found = figures(AnticipationMeasure(videos, 2.0), 2)
    # one recall only (1 of 1); the earliest is frame 0 at the threshold .1: 4 frames = 2 s ahead
    assert found["mtta_s"] == pytest.approx(2.0)
    assert found["tta_at_recall_80_s"] == pytest.approx(2.0)
    # perfect where the threshold lies above .1
    assert found["ap"] == 1.0


def test_the_published_seconds_are_too_long_by_clip_length_over_accident_time() -> None:
    # two crashes at frame 90 of 100, 20 frames a second; each is seen from frame 45 on at .5
    seen = [0.1] * 45 + [0.5] * 55
    crashes = [video(seen, 90), video([0.1] * 60 + [0.8] * 40, 90)]
    found = figures(AnticipationMeasure([*crashes, *[video([0.05] * 100)] * 10], 20.0), 12)
    # recall 1/2 (thresholds in (.5, .8]): frame 60, 30 frames ahead = 1.5 s;
    # recall 1 (from .05 up to .5): best is the lowest threshold, frame 0, 90 frames = 4.5 s
    assert found["mtta_s"] == pytest.approx((1.5 + 4.5) / 2)
    assert found["tta_at_recall_80_s"] == pytest.approx(4.5)
    # the code: (1 - 60/90) * 100/20 at recall 1/2: 100/90 times as long
    assert found["mtta_published_s"] == pytest.approx(
        (1.5 + found["tta_at_recall_80_published_s"] * 0.9) / 2 / 0.9
    )


def test_the_published_code_has_no_figure_for_fewer_frames_than_thresholds() -> None:
    videos = [video([0.1, 0.5, 0.9], 3), video([0.1, 0.2, 0.1])]
    with pytest.raises(IndexError):
        ustring(videos, 1.0)
    found = figures(AnticipationMeasure(videos, 1.0), 2)
    assert np.isnan(found["mtta_published_s"])
    assert found["ap"] == 1.0


def test_a_perfect_a_constant_and_a_reversed_scorer() -> None:
    high, low = [0.9] * 10, [0.1] * 10
    perfect = [video(high, 8), video(low), video(low), video(low)]
    constant = [video(low, 8), video(low), video(low), video(low)]
    reversed_ = [video(low, 8), video(high), video(high), video(high)]
    found = [figures(AnticipationMeasure(v, 10.0), 4)["ap"] for v in (perfect, constant, reversed_)]
    assert found == pytest.approx([1.0, 0.25, 0.25])


def test_frames_after_the_accident_do_not_count() -> None:
    quiet, loud = [0.2] * 10, [0.2] * 6 + [0.9] * 4
    normal = video([0.5] * 10)
    first = AnticipationMeasure([video(quiet, 6), normal], 10.0)
    second = AnticipationMeasure([video(loud, 6), normal], 10.0)
    assert figures(first, 2) == figures(second, 2)


def test_a_clip_drawn_twice_counts_twice() -> None:
    videos = random_videos(1, low=0.1)
    weighted = AnticipationMeasure(videos, 20.0).values(np.array([2, *[1] * 11]))
    repeated = AnticipationMeasure([*videos, videos[0]], 20.0).values(np.ones(13, np.int64))
    assert weighted[:3].tolist() == pytest.approx(repeated[:3].tolist())


def test_clips_are_put_on_the_data_sets_frames() -> None:
    # 10 frames a second, contact at 2.0 s = frame 20; the score of second 1 is held for ten frames
    crash = scored_clip("crash", [0.1, 0.8, 0.8], 2.0, frame_rate=10.0)
    normal = scored_clip("normal", [0.1, 0.1, 0.1], frame_rate=10.0)
    found = figures(AnticipationMeasure.of_clips([crash, normal]), 2)
    assert found["ap"] == 1.0
    assert found["mtta_s"] == pytest.approx(2.0)  # the threshold .1 is reached at once


def test_normal_clips_are_needed() -> None:
    with pytest.raises(AnnotationError, match="1 and 0"):
        AnticipationMeasure([video([0.1, 0.2], 1)], 10.0)
