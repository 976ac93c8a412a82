"""What stands beside the road: sky, hills, trees, houses and lamp posts."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.road_scene.camera import Camera, hazed
from scripts.road_scene.ground import JUNCTION_HALF_M

Image = NDArray[np.uint8]
WALLS = ((186, 168, 148), (168, 120, 98), (200, 196, 186), (142, 138, 134), (206, 186, 150))
FAR_M = 190.0


@dataclass(frozen=True, slots=True)
class Thing:
    """Something beside the road: kind is tree, house or lamp; variant picks its look."""

    kind: str
    x_m: float
    z_m: float
    size_m: float
    variant: int


def place_things(random: np.random.Generator, length_m: float, gap_z_m: float) -> list[Thing]:
    """A street with gaps; the side road on the right stays free."""
    things = []
    for side in (-1, 1):
        z = 8.0
        while z < length_m:
            step = random.uniform(9, 15)
            free = side < 0 or abs(z + step / 2 - gap_z_m) > JUNCTION_HALF_M + step / 2 + 3
            variant = int(random.integers(0, 5))
            if free and random.random() < 0.62:
                things.append(Thing("house", side * random.uniform(10.5, 12), z, step - 1, variant))
            if abs(z - gap_z_m) > JUNCTION_HALF_M + 4:
                things.append(Thing("tree", side * 8.9, z, random.uniform(5.5, 8.5), variant))
            z += step
        posts = np.arange(15.0, length_m, 30.0)
        things += [Thing("lamp", side * 6.6, float(p), 7.0, 0) for p in posts]
    return things


class Scenery:
    """Draws sky and things, far to near."""

    def __init__(self, random: np.random.Generator, width_px: int, horizon_px: float) -> None:
        self._sky = _sky(random, width_px, int(horizon_px) + 2)
        self._trees = [_tree(random) for _ in range(5)]
        self._walls = [_wall(random, rgb) for rgb in WALLS]

    def draw_sky(self, picture: Image, camera: Camera) -> None:
        """Sky and a distant ridge that hardly moves."""
        shift = int(camera.z_m * 0.15)
        sky = np.roll(self._sky, -shift, axis=1)[:, : camera.width_px]
        picture[: len(sky)] = sky

    def draw(self, picture: Image, camera: Camera, thing: Thing) -> None:
        """Paint one thing if it is in view."""
        ahead = thing.z_m - camera.z_m
        if thing.kind == "house":
            self._draw_house(picture, camera, thing)
        elif 1.5 < ahead < FAR_M and thing.kind == "tree":
            self._draw_tree(picture, camera, thing)
        elif 1.0 < ahead < FAR_M:
            _draw_lamp(picture, camera, thing)

    def _draw_tree(self, picture: Image, camera: Camera, thing: Thing) -> None:
        sprite = self._trees[thing.variant % len(self._trees)]
        ahead = thing.z_m - camera.z_m
        half = thing.size_m * 0.375
        corners = camera.project(
            np.array(
                [
                    (thing.x_m - half, thing.size_m, thing.z_m),
                    (thing.x_m + half, 0.0, thing.z_m),
                ]
            )
        )
        _paste(picture, sprite, corners, ahead)

    def _draw_house(self, picture: Image, camera: Camera, thing: Thing) -> None:
        near = max(thing.z_m, camera.z_m + 1.2)
        far = thing.z_m + thing.size_m
        if far < near + 0.5 or near - camera.z_m > FAR_M:
            return
        high, out = 5.5 + 1.6 * thing.variant, thing.x_m + np.sign(thing.x_m) * 9
        wall = self._walls[thing.variant % len(self._walls)]
        begin = int((near - thing.z_m) / thing.size_m * (wall.shape[1] - 2))
        side = np.array(
            [(thing.x_m, y, z) for y, z in ((high, near), (high, far), (0, far), (0, near))]
        )
        _warp(picture, wall[:, begin:], camera.project(side), near - camera.z_m + 6)
        if near == thing.z_m:
            front = np.array(
                [
                    (x, y, near)
                    for x, y in ((thing.x_m, high), (out, high), (out, 0), (thing.x_m, 0))
                ]
            )
            _warp(picture, wall * 0.72, camera.project(front), near - camera.z_m)


def _sky(random: np.random.Generator, width: int, height: int) -> Image:
    rows = np.linspace(0, 1, height)[:, None, None]
    sky = np.array([128, 164, 206]) * (1 - rows) + np.array([206, 216, 222]) * rows
    sky = np.repeat(sky, 2 * width, axis=1)
    cloud = np.zeros((height, 2 * width), np.float32)
    for scale, strength in ((70, 1.0), (28, 0.5), (10, 0.22)):
        noise = random.normal(size=cloud.shape).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), scale, sigmaY=scale * 0.4)
        cloud += strength * noise / noise.std()
    cover = np.clip(cloud * 0.45, 0, 0.85)[..., None]
    sky = sky * (1 - cover) + 240 * cover
    x = np.arange(2 * width)
    waves = [(11, 26.0), (5, 61.0), (3, 17.0)]
    ridge = sum(h * np.sin(x / s + random.uniform(0, 6)) for h, s in waves) + 34
    below = np.arange(height)[:, None] > height - ridge[None, :]
    hills = np.array([132, 148, 150])
    return np.where(below[..., None], hills * 0.7 + sky * 0.3, sky).astype(np.uint8)


def _tree(random: np.random.Generator) -> NDArray[np.float32]:
    """A tree as RGBA (H, W, 4), values 0 to 255: a trunk and several clumps of leaves."""
    height, width = 320, 240
    sprite = np.zeros((height, width, 4), np.float32)
    trunk = np.array([(110, height), (114, 170), (126, 170), (131, height)])
    cv2.fillPoly(sprite, [trunk], (70, 58, 46, 255))
    clumps = [(120 + random.normal() * 46, random.uniform(50, 205)) for _ in range(9)]
    leaves = [(x, y, k) for x, y in sorted(clumps, key=lambda c: -c[1]) for k in range(55)]
    for left, top, _ in leaves:
        angle, radius = random.uniform(0, 2 * np.pi), np.sqrt(random.random())
        x, y = left + np.cos(angle) * radius * 44, top + np.sin(angle) * radius * 34
        light = 0.72 - np.sin(angle) * radius * 0.22 + (150 - y) / 600 + random.normal() * 0.1
        rgb = np.array([72, 96, 50]) * np.clip(light, 0.3, 1.2)
        size = (int(random.integers(5, 13)), int(random.integers(4, 10)))
        turn = float(random.uniform(0, 180))
        middle = (int(np.clip(x, 12, width - 12)), int(np.clip(y, 12, height)))
        cv2.ellipse(sprite, middle, size, turn, 0, 360, (*map(float, rgb), 255), -1, cv2.LINE_AA)
    return cv2.GaussianBlur(sprite, (0, 0), 0.7)


def _wall(random: np.random.Generator, rgb: tuple[int, int, int]) -> NDArray[np.float32]:
    """A house wall with windows and a roof edge, float RGB (H, W, 3)."""
    height, width = 240, 320
    wall = np.ones((height, width, 3), np.float32) * np.float32(rgb)
    wall += random.normal(size=(height, width, 1)).astype(np.float32) * 4
    for top in range(34, height - 50, 62):
        for left in range(22, width - 40, 58):
            dark = np.float32([52, 60, 70]) + random.uniform(-10, 40)
            wall[top : top + 38, left : left + 28] = dark
            wall[top : top + 38, left + 13 : left + 15] = 214
            wall[top + 38 : top + 42, left - 3 : left + 31] = 190
    wall[:14] = np.float32([104, 66, 56])
    wall[-10:] *= 0.7
    return wall


def _draw_lamp(picture: Image, camera: Camera, thing: Thing) -> None:
    arm = thing.x_m - np.sign(thing.x_m) * 1.4
    points = np.array(
        [
            (thing.x_m, 0, thing.z_m),
            (thing.x_m, thing.size_m, thing.z_m),
            (arm, thing.size_m + 0.2, thing.z_m),
        ]
    )
    ahead = thing.z_m - camera.z_m
    line = np.round(camera.project(points) * 16).astype(np.int32)
    rgb = [float(v) for v in hazed(np.array([92.0, 96, 98]), ahead)]
    thick = max(1, round(0.11 * camera.focal_px / ahead))
    cv2.polylines(picture, [line], False, rgb, thick, cv2.LINE_AA, 4)


def _paste(
    picture: Image, sprite: NDArray[np.float32], corners: NDArray[np.float64], ahead: float
) -> None:
    """Blend an RGBA sprite into the rectangle between two corners."""
    (left, top), (right, bottom) = corners
    if right < 0 or left > picture.shape[1] or right - left < 1:
        return
    scale_x, scale_y = (right - left) / sprite.shape[1], (bottom - top) / sprite.shape[0]
    x0, y0 = max(0, int(left)), max(0, int(top))
    x1, y1 = min(picture.shape[1], int(right) + 1), min(picture.shape[0], int(bottom) + 1)
    if x1 <= x0 or y1 <= y0:
        return
    matrix = np.array([[scale_x, 0, left - x0], [0, scale_y, top - y0]])
    size = (x1 - x0, y1 - y0)
    small = _reduced(sprite, scale_x)
    matrix[:, :2] *= sprite.shape[1] / small.shape[1]
    drawn = cv2.warpAffine(small, matrix, size, flags=cv2.INTER_LINEAR)
    cover = drawn[..., 3:] / 255
    region = picture[y0:y1, x0:x1]
    colours = hazed(drawn[..., :3].astype(np.float64), ahead)
    region[:] = np.clip(region * (1 - cover) + colours * cover, 0, 255)


def _reduced(texture: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """The texture shrunk towards its size on the picture, against flicker."""
    while scale < 0.5 and min(texture.shape[:2]) > 8:
        texture = cv2.resize(texture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        scale *= 2
    return texture


def _warp(
    picture: Image, texture: NDArray[np.float32], quad: NDArray[np.float64], ahead: float
) -> None:
    """Map a texture (top left, top right, bottom right, bottom left) onto a quad."""
    low = np.maximum(np.floor(quad.min(0)).astype(int), 0)
    high = np.minimum(np.ceil(quad.max(0)).astype(int) + 1, picture.shape[1::-1])
    if np.any(high <= low) or texture.shape[1] < 4:
        return
    small = _reduced(texture.astype(np.float32), np.ptp(quad[:, 0]) / texture.shape[1])
    height, width = small.shape[:2]
    source = np.float32([(0, 0), (width, 0), (width, height), (0, height)])
    matrix = cv2.getPerspectiveTransform(source, (quad - low).astype(np.float32))
    size = tuple(int(v) for v in high - low)
    drawn = cv2.warpPerspective(small, matrix, size, flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, size)[..., None]
    region = picture[low[1] : high[1], low[0] : high[0]]
    colours = hazed(drawn.astype(np.float64), ahead)
    region[:] = np.clip(region * (1 - cover) + colours * cover, 0, 255)
