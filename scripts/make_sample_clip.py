"""Renders assets/sample.mp4: a drive along a street that ends in a collision at exactly 8.0 s.

    python -m scripts.make_sample_clip [--output assets/sample.mp4] [--stills FOLDER]

Everything is drawn by scripts/road_scene from a fixed seed; no footage is used, so the clip
carries the project's own licence. COLLISION_S is the truth that README and tests rely on.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.road_scene.camera import Camera
from scripts.road_scene.cars import Paint, Pose, draw_car
from scripts.road_scene.effects import Debris, Smoke, draw_bonnet, noisy, shaken
from scripts.road_scene.ground import Ground
from scripts.road_scene.scenery import Scenery, Thing, place_things
from scripts.road_scene.story import (
    COLLISION_S,
    LENGTH_S,
    contact_z_m,
    crossing_pose,
    ego_z_m,
    other_cars,
)
from utils.clip_writer import Encoding, write_clip

ROOT = Path(__file__).parents[1]
SIZE_PX = (960, 540)
RATE_FPS = 25
OVERSAMPLING = 1.5
FOCAL_PX = 640.0
SEED = 8
CROSSING_PAINT = (214.0, 218, 220)


class Street:
    """The whole scene; `picture` renders it at a time."""

    def __init__(self) -> None:
        random = np.random.default_rng(SEED)
        width, height = (round(side * OVERSAMPLING) for side in SIZE_PX)
        self._camera = Camera(width, height, FOCAL_PX * OVERSAMPLING)
        self._ground = Ground(random, contact_z_m())
        self._scenery = Scenery(random, width, self._camera.horizon_px)
        self._things = place_things(random, 420.0, contact_z_m())
        self._debris = Debris(random)
        self._smoke = Smoke(random)

    def picture(self, time_s: float) -> NDArray[np.uint8]:
        """RGB uint8 (540, 960, 3) at this time, without sensor noise."""
        base = self._camera
        x_m = base.x_m + 0.07 * np.sin(time_s * 0.9)
        size = (base.width_px, base.height_px)
        camera = Camera(*size, base.focal_px, x_m=x_m, z_m=ego_z_m(time_s))
        canvas = np.zeros((size[1], size[0], 3), np.uint8)
        self._scenery.draw_sky(canvas, camera)
        self._ground.draw(camera, canvas)
        for _, item in sorted(self._items(time_s), key=lambda row: -row[0]):
            if isinstance(item, Thing):
                self._scenery.draw(canvas, camera, item)
            else:
                draw_car(canvas, camera, *item)
        self._debris.draw(canvas, camera, time_s)
        draw_bonnet(canvas, time_s)
        self._smoke.draw(canvas, camera, time_s)
        return cv2.resize(shaken(canvas, time_s), SIZE_PX, interpolation=cv2.INTER_AREA)

    def _items(self, time_s: float) -> Iterator[tuple[float, Thing | tuple[Pose, Paint]]]:
        """Everything that stands on the ground, with its place along the road."""
        for thing in self._things:
            yield thing.z_m, thing
        for pose, paint in other_cars(time_s):
            yield pose.z_m, (pose, paint)
        pose = crossing_pose(time_s)
        dent_m = 0.16 if time_s > COLLISION_S else 0.0
        yield pose.z_m, (pose, Paint(CROSSING_PAINT, dent_m=dent_m))


def frames() -> Iterator[tuple[NDArray[np.uint8], float]]:
    """All frames with their times."""
    street, random = Street(), np.random.default_rng(SEED + 1)
    for number in range(round(LENGTH_S * RATE_FPS)):
        time_s = number / RATE_FPS
        yield noisy(street.picture(time_s), random), time_s


def main() -> None:
    """Write the clip, or stills for looking at."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "assets" / "sample.mp4")
    parser.add_argument("--stills", type=Path, help="write a PNG per second here instead")
    options = parser.parse_args()
    if options.stills:
        options.stills.mkdir(parents=True, exist_ok=True)
        street = Street()
        for time_s in np.arange(0, LENGTH_S, 0.5):
            still = street.picture(float(time_s))
            cv2.imwrite(str(options.stills / f"{time_s:05.1f}.png"), still[..., ::-1])
        return
    encoding = Encoding(crf=27, preset="slow", threads=1)
    count = write_clip(options.output, frames(), frame_rate=RATE_FPS, encoding=encoding)
    size = options.output.stat().st_size / 1e6
    print(f"{options.output}: {count} frames, {size:.2f} MB, collision at {COLLISION_S} s")


if __name__ == "__main__":
    main()
