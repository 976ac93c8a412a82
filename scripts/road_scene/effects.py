"""Debris and smoke after the impact, the dashboard, camera shake and sensor noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.road_scene.camera import NEAR_M, Camera
from scripts.road_scene.story import COLLISION_S, contact_z_m, shake

Image = NDArray[np.uint8]
GRAVITY_MPS2 = 9.81
# Where the bonnet is folded by the impact: place across (-1 to 1), height of the fold.
FOLDS = np.array(
    [
        (-1, 0),
        (-0.72, 0.5),
        (-0.6, 0.2),
        (-0.22, 1.5),
        (-0.05, 0.9),
        (0.3, 1.7),
        (0.55, 0.4),
        (1, 0),
    ]
)


class Debris:
    """Splinters that fly from the point of impact and come to rest on the road."""

    def __init__(self, random: np.random.Generator, count: int = 90) -> None:
        self._from = np.array([1.75, 0.6, contact_z_m() - 0.8]) + random.normal(size=(count, 3)) * (
            0.5,
            0.15,
            0.15,
        )
        self._speed = random.normal(size=(count, 3)) * (2.6, 1.4, 2.2) + (0.0, 2.6, 3.2)
        self._size_m = random.uniform(0.015, 0.07, count)
        self._gray = random.choice([30, 60, 190, 235], count)
        self._shapes = random.uniform(-1, 1, (count, 4, 2)) * (1.3, 0.8)

    def draw(self, picture: Image, camera: Camera, time_s: float) -> None:
        """Paint the splinters."""
        age = time_s - COLLISION_S
        if age < 0:
            return
        flight = (self._speed[:, 1] + np.sqrt(self._speed[:, 1] ** 2 + 12)) / GRAVITY_MPS2
        t = np.minimum(age, np.maximum(flight, 0.05))[:, None]
        places = self._from + self._speed * t
        places[:, 1] = np.maximum(places[:, 1] - 0.5 * GRAVITY_MPS2 * t[:, 0] ** 2, 0.01)
        rows = zip(places, self._size_m, self._gray, self._shapes, strict=True)
        for place, size, gray, shape in rows:
            ahead = place[2] - camera.z_m
            if ahead < NEAR_M + 0.3:
                continue
            u, v = camera.project(place[None])[0]
            radius = np.clip(size * camera.focal_px / ahead, 0.8, 9.0)
            if abs(u) < 5000 and abs(v) < 5000:
                corners = (shape * radius + (u, v)) * 16
                grays = (float(gray),) * 3
                cv2.fillPoly(picture, [corners.astype(np.int32)], grays, cv2.LINE_AA, 4)


class Smoke:
    """Soft gray puffs that rise from the crumpled bonnet."""

    def __init__(self, random: np.random.Generator, count: int = 46) -> None:
        self._born_s = COLLISION_S + np.sort(random.uniform(0.0, 6.5, count))
        self._side = random.normal(size=count) * 0.35
        self._drift = random.normal(size=count) * 0.12 + 0.16
        noise = cv2.GaussianBlur(random.normal(size=(96, 96)).astype(np.float32), (0, 0), 7)
        y, x = np.mgrid[-1:1:96j, -1:1:96j]
        round_off = np.clip(1 - (x**2 + y**2), 0, 1) ** 1.5
        self._puff = (round_off * np.clip(0.75 + 0.5 * noise / noise.std(), 0, 1.4)).astype(
            np.float32
        )

    def draw(self, picture: Image, camera: Camera, time_s: float) -> None:
        """Blend the puffs in."""
        for born_s, side, drift in zip(self._born_s, self._side, self._drift, strict=True):
            age = time_s - born_s
            if not 0 < age < 4.0:
                continue
            place = np.array([[1.75 + side + drift * age, 0.75 + 0.55 * age, camera.z_m + 2.1]])
            u, v = camera.project(place)[0]
            radius = (0.22 + 0.3 * age) * camera.focal_px / 2.1
            cover = 0.34 * min(1.0, age / 0.3) * (1 - age / 4.0)
            self._blend(picture, (u, v), radius, cover)

    def _blend(
        self, picture: Image, middle: tuple[float, float], radius: float, cover: float
    ) -> None:
        side = max(4, round(2 * radius))
        left, top = round(middle[0] - radius), round(middle[1] - radius)
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(picture.shape[1], left + side), min(picture.shape[0], top + side)
        if x1 <= x0 or y1 <= y0:
            return
        puff = cv2.resize(self._puff, (side, side))[y0 - top : y1 - top, x0 - left : x1 - left]
        alpha = np.clip(puff * cover, 0, 0.9)[..., None]
        region = picture[y0:y1, x0:x1]
        region[:] = np.clip(region * (1 - alpha) + 205 * alpha, 0, 255)


def draw_bonnet(picture: Image, time_s: float) -> None:
    """The camera car's own bonnet; it is bent up by the impact."""
    height, width = picture.shape[:2]
    bent = height * 0.035 * float(np.clip((time_s - COLLISION_S) / 0.1, 0, 1))
    x = np.linspace(-1, 1, 120)
    folds = np.interp(x, FOLDS[:, 0], FOLDS[:, 1])
    rim = height * (0.915 + 0.055 * x**2) - bent * folds
    columns = (x + 1) / 2 * width
    outline = np.stack([columns, rim], 1)
    outline = np.concatenate([outline, [(width, height), (0, height)]])
    cv2.fillPoly(picture, [np.round(outline * 16).astype(np.int32)], (46, 50, 58), cv2.LINE_AA, 4)
    shine = np.round(np.stack([columns, rim + height * 0.012], 1) * 16).astype(np.int32)
    cv2.polylines(picture, [shine], False, (116, 124, 134), max(2, height // 180), cv2.LINE_AA, 4)


def shaken(picture: Image, time_s: float) -> Image:
    """The picture moved and rolled by the camera's jolts, edges mirrored."""
    height, width = picture.shape[:2]
    right, down, roll_deg = shake(time_s)
    scale = height / 540
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), roll_deg, 1.02)
    matrix[:, 2] += (right * scale, down * scale)
    size = (width, height)
    return cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT)


def noisy(picture: Image, random: np.random.Generator, deviation: float = 1.6) -> Image:
    """Sensor noise and a slight darkening of the corners."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    corner = (1 - 0.16 * (x**2 + y**2) / 2)[..., None]
    grain = random.normal(size=(height, width, 1)) * deviation
    return np.clip(picture * corner + grain, 0, 255).astype(np.uint8)
