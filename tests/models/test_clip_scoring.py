"""Labelled clips are scored alike whether they are videos or folders of pictures."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from models.clip_scoring import score_clips
from utils.clip import Clip, Sampling, ScoreTrack
from utils.labeled_clip import LabeledClip

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample.mp4"


class BrightnessTrigger:
    """Scores a frame by its mean brightness."""

    name = "brightness"
    sampling = Sampling(5.0, (32, 32))
    threshold = 0.5
    label = "crash"

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        for clip in clips:
            means = clip.frames.mean(axis=(1, 2, 3)) / 255
            yield ScoreTrack(clip.times_s, means, clip.frame_indices, self.name)


def _folder(path: Path, *greys: int) -> Path:
    path.mkdir()
    for number, grey in enumerate(greys):
        Image.new("RGB", (48, 40), (grey, grey, grey)).save(path / f"{number}.png")
    return path


def test_videos_and_folders_of_pictures_get_tracks_with_their_times(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "frames", 0, 0, 255, 255)
    clips = [
        LabeledClip(folder, "normal", (), "a", frame_rate=5.0),
        LabeledClip(folder, "normal", (), "a", frame_rate=5.0, frame_names=("2.png", "0.png")),
        LabeledClip(SAMPLE, "crash", (8.0,), "b"),
    ]
    whole, chosen, video = [scored.track for scored in score_clips(BrightnessTrigger(), clips)]
    assert np.allclose(whole.times_s, [0.0, 0.2, 0.4, 0.6])
    assert np.allclose(whole.scores, [0, 0, 1, 1])
    assert np.allclose(chosen.scores, [1, 0])
    assert len(video) > 10


def test_clips_that_cannot_be_read_are_left_out_and_told(tmp_path: Path, caplog) -> None:
    clips = [
        LabeledClip(tmp_path / "gone", "normal", (), "a", frame_rate=5.0),
        LabeledClip(tmp_path / "gone.mp4", "normal", (), "a"),
        LabeledClip(_folder(tmp_path / "frames", 0), "normal", (), "a", frame_rate=5.0),
    ]
    assert len(list(score_clips(BrightnessTrigger(), clips))) == 1
    assert "left out: gone: no such folder of pictures" in caplog.text
    assert "left out: gone.mp4: no such file" in caplog.text
