"""Which frames of a clip a model is shown: evenly spread, from files and from folders."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.shown_frames import Showing, show
from tests.video_factory import VideoPlan, barcode_frame, read_barcode, write_video
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> LabeledClip:
    """Four seconds at ten frames a second; each frame shows its number."""
    path = tmp_path_factory.mktemp("shown") / "clip.mp4"
    write_video(path, VideoPlan(frames=40, rate=Fraction(10)))
    return LabeledClip(path, "crash", (2.0,), "clip")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> LabeledClip:
    """The same as pictures."""
    path = tmp_path_factory.mktemp("pictures")
    for number in range(40):
        Image.fromarray(barcode_frame(number, (192, 128))).save(path / f"{number}.png")
    return LabeledClip(path, "crash", (2.0,), "clip", frame_rate=10.0)


@pytest.mark.parametrize("kind", ["video", "folder"])
def test_frames_are_the_middles_of_equal_parts(kind: str, request) -> None:
    clip = show(request.getfixturevalue(kind), Showing(4))
    assert [read_barcode(frame) for frame in clip.frames] == [5, 15, 25, 35]
    assert clip.times_s.tolist() == pytest.approx([0.5, 1.5, 2.5, 3.5])


@pytest.mark.parametrize("kind", ["video", "folder"])
def test_times_of_a_part_count_from_its_first_frame(kind: str, request) -> None:
    clip = show(request.getfixturevalue(kind), Showing(2), (1.0, 3.0))
    assert [read_barcode(frame) for frame in clip.frames] == [15, 25]
    assert clip.times_s.tolist() == pytest.approx([0.0, 1.0])


def test_a_rate_gives_as_many_frames_as_fit_and_no_more(video: LabeledClip) -> None:
    assert len(show(video, Showing(96, rate_fps=5.0))) == 20
    assert len(show(video, Showing(6, rate_fps=5.0))) == 6
    assert len(show(video, Showing(96, rate_fps=0.01))) == 1


def test_a_part_that_ends_after_the_clip_ends_with_it(video: LabeledClip) -> None:
    assert show(video, Showing(2), (3.0, 60.0)).times_s.tolist() == pytest.approx([0.0, 0.5])


def test_large_pictures_are_made_smaller(video: LabeledClip) -> None:
    assert show(video, Showing(1, max_side_px=96)).frames.shape[1:3] == (64, 96)


def test_a_missing_clip_is_a_video_error(tmp_path: Path) -> None:
    with pytest.raises(VideoError):
        show(LabeledClip(tmp_path / "none.mp4", "normal", (), "none"), Showing(1))


def test_times_lie_inside_the_part() -> None:
    times_s = Showing(3).times_s(2.0, 5.0)
    np.testing.assert_allclose(times_s, [2.5, 3.5, 4.5])
