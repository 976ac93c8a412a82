"""Different drives made from the rendered sample clip, with their labels: no footage is used.

The sample's frames are mirrored, darkened, greyed or cut, so that screens have something to show.
What is measured on them says nothing about real roads.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scripts.make_sample_clip import COLLISION_S, RATE_FPS, ROOT
from utils.clip_writer import Encoding, write_clip
from utils.video import VideoFile

Picture = NDArray[np.uint8]
QUIET_S = 6.0
END_S = 14.0


@dataclass(frozen=True, slots=True)
class Drive:
    """One clip: stretches of the sample, seconds, and how its pictures are changed."""

    name: str
    stretches: tuple[tuple[float, float], ...]
    change: Callable[[Picture], Picture]
    held_out: bool = False

    def crashes_s(self) -> list[float]:
        """When the collision is shown, in the clip's own time."""
        found, begun = [], 0.0
        for start, end in self.stretches:
            if start <= COLLISION_S < end:
                found.append(round(begun + COLLISION_S - start, 2))
            begun += end - start
        return found


def plain(picture: Picture) -> Picture:
    """As it was rendered."""
    return picture


def mirrored(picture: Picture) -> Picture:
    """Left and right exchanged."""
    return np.ascontiguousarray(picture[:, ::-1])


def at_dusk(picture: Picture) -> Picture:
    """Darker, and warm."""
    return (picture * np.array([0.62, 0.5, 0.46])).astype(np.uint8)


def in_fog(picture: Picture) -> Picture:
    """Less contrast, and cold."""
    return (picture * 0.55 + np.array([96.0, 102.0, 106.0])).clip(0, 255).astype(np.uint8)


DRIVES = (
    Drive("harbour-road", ((0.0, END_S),), plain),
    Drive("station-street", ((1.0, END_S),), mirrored),
    Drive("ring-road-dusk", ((2.0, END_S),), at_dusk),
    Drive("delivery-route", ((0.0, QUIET_S), (0.5, END_S), (0.0, QUIET_S)), in_fog, held_out=True),
    Drive("evening-shift", ((3.0, END_S),), lambda picture: mirrored(at_dusk(picture)), True),
    Drive("school-run", ((0.0, QUIET_S),), mirrored),
    Drive("morning-round", ((0.0, QUIET_S), (0.0, QUIET_S)), in_fog, held_out=True),
)


def write_drives(folder: Path) -> tuple[Path, Path]:
    """Write every drive and two label files; those of training and of the held-out drives."""
    folder.mkdir(parents=True, exist_ok=True)
    for drive in DRIVES:
        encoding = Encoding(crf=26, preset="veryfast", threads=1)
        write_clip(
            folder / f"{drive.name}.mp4", _frames(drive), frame_rate=RATE_FPS, encoding=encoding
        )
    return _write_labels(folder, held_out=False), _write_labels(folder, held_out=True)


def _frames(drive: Drive) -> Iterator[tuple[Picture, float]]:
    number = 0
    with VideoFile(ROOT / "assets" / "sample.mp4") as sample:
        for start, end in drive.stretches:
            for clip in sample.read(start, end):
                for picture in clip.frames:
                    yield drive.change(picture), number / RATE_FPS
                    number += 1


def _write_labels(folder: Path, *, held_out: bool) -> Path:
    videos = [
        {
            "video_path": f"{drive.name}.mp4",
            "triggers": [{"timestamp": time_s, "label": "crash"} for time_s in drive.crashes_s()],
        }
        for drive in DRIVES
        if drive.held_out == held_out
    ]
    path = folder / ("held_out.json" if held_out else "training.json")
    path.write_text(json.dumps({"videos": videos}, indent=1), encoding="utf-8")
    return path
