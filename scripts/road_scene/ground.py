"""The ground plane: asphalt, lane marks, a junction and verges, sampled from mip-mapped tiles."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.road_scene.camera import HAZE_M, HAZE_RGB, Camera

TILE_M = 48.0
HALF_WIDTH_M = 24.0
PX_PER_M = 20
LEVELS = 5
LANE_M = 3.5
DASH_M = (4.0, 8.0)
JUNCTION_HALF_M = 4.2
Image = NDArray[np.uint8]


class Ground:
    """Draws the ground; `junction_z_m` is the middle of the side road."""

    def __init__(self, random: np.random.Generator, junction_z_m: float) -> None:
        self._junction_z_m = junction_z_m
        self._levels = _levels(_road(random))
        self._crossing = _levels(_junction(random))

    def draw(self, camera: Camera, picture: Image) -> None:
        """Paint everything below the horizon."""
        top = int(camera.horizon_px) + 1
        rows = np.arange(top, camera.height_px) + 0.5
        ahead = camera.focal_px * camera.y_m / (rows - camera.horizon_px)
        columns = np.arange(camera.width_px) - camera.width_px / 2
        x = camera.x_m + columns[None, :] * (ahead / camera.focal_px)[:, None]
        z = ahead[:, None] + camera.z_m + np.zeros_like(x)
        colour = self._sample(self._levels, x, z % TILE_M, ahead, camera)
        apart = np.abs(z - self._junction_z_m)
        if apart.min() < TILE_M / 2:
            crossing = self._sample(
                self._crossing, x, z - self._junction_z_m + TILE_M / 2, ahead, camera
            )
            inside = np.clip((JUNCTION_HALF_M + 2 - apart) / 0.1, 0, 1)[..., None]
            colour = colour * (1 - inside) + crossing * inside
        clear = np.exp(-ahead / HAZE_M)[:, None, None]
        picture[top:] = np.clip(colour * clear + HAZE_RGB * (1 - clear), 0, 255)

    def _sample(
        self,
        levels: list[NDArray[np.float32]],
        x: NDArray[np.float64],
        z: NDArray[np.float64],
        ahead: NDArray[np.float64],
        camera: Camera,
    ) -> NDArray[np.float64]:
        """Texture colours, each row from the mip level that fits its distance."""
        footprint = PX_PER_M * ahead**2 / (camera.focal_px * camera.y_m) * 0.5
        wanted = np.clip(np.log2(np.maximum(footprint, 1.0)), 0, LEVELS - 1)
        result = np.zeros((*x.shape, 3))
        for level, texture in enumerate(levels):
            weight = np.clip(1 - np.abs(wanted - level), 0, 1)
            rows = np.flatnonzero(weight > 0)
            if len(rows) == 0:
                continue
            scale = PX_PER_M / 2**level
            across = np.clip((x[rows] + HALF_WIDTH_M) * scale, 0, texture.shape[1] - 2)
            along = np.clip(z[rows] * scale, 0, texture.shape[0] - 2)
            colours = cv2.remap(
                texture,
                across.astype(np.float32),
                along.astype(np.float32),
                cv2.INTER_LINEAR,
            )
            result[rows] += colours * weight[rows, None, None]
        return result


def _levels(texture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    levels = [texture]
    while len(levels) < LEVELS:
        height, width = levels[-1].shape[:2]
        size = (width // 2, height // 2)
        levels.append(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA))
    return [np.concatenate([t, t[:2]]) for t in levels]


def _speckle(random: np.random.Generator, shape: tuple[int, int], blur_px: float) -> Image:
    """Smooth noise with zero mean and unit deviation, (H, W, 1)."""
    noise = random.normal(size=shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), blur_px, borderType=cv2.BORDER_REFLECT)
    return (noise / noise.std())[..., None]


def _surfaces(random: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Asphalt and grass over the whole tile, float (H, W, 3)."""
    shape = (int(TILE_M * PX_PER_M), int(2 * HALF_WIDTH_M * PX_PER_M))
    asphalt = np.array([104, 105, 108], np.float32) + 6 * _speckle(random, shape, 0.6)
    asphalt = asphalt + 3 * _speckle(random, shape, 20)
    grass = np.array([88, 104, 58], np.float32) + 9 * _speckle(random, shape, 2)
    grass = grass + np.array([12, 9, 4], np.float32) * _speckle(random, shape, 22)
    return asphalt.astype(np.float32), grass.astype(np.float32)


def _axes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    height, width = int(TILE_M * PX_PER_M), int(2 * HALF_WIDTH_M * PX_PER_M)
    across = (np.arange(width, dtype=np.float32) + 0.5) / PX_PER_M - HALF_WIDTH_M
    along = (np.arange(height, dtype=np.float32) + 0.5) / PX_PER_M
    return across[None, :], along[:, None]


def _road(random: np.random.Generator) -> NDArray[np.float32]:
    asphalt, grass = _surfaces(random)
    x, z = _axes()
    reach = np.abs(x) + 0 * z
    ground = np.where((reach < LANE_M + 2.4)[..., None], asphalt, grass)
    pavement = (reach > LANE_M + 2.4) & (reach < LANE_M + 4.4)
    ground = np.where(pavement[..., None], asphalt * 0.6 + 82, ground)
    kerb = np.abs(reach - LANE_M - 2.4) < 0.12
    ground = np.where(kerb[..., None], np.float32([172, 170, 164]), ground)
    for centre in (-LANE_M / 2, LANE_M / 2):
        tracks = np.minimum(np.abs(x - centre - 0.75), np.abs(x - centre + 0.75)) < 0.28
        ground = np.where((tracks & (reach < LANE_M))[..., None], ground * 0.94, ground)
    paint = (np.abs(reach - LANE_M + 0.1) < 0.075) | (
        (np.abs(x) < 0.075) & (z % DASH_M[1] < DASH_M[0])
    )
    return np.where(paint[..., None], ground * 0.15 + 188, ground).astype(np.float32)


def _junction(random: np.random.Generator) -> NDArray[np.float32]:
    """Tile whose middle row is the middle of the side road, which leaves to the right."""
    asphalt, _ = _surfaces(random)
    x, z = _axes()
    apart = np.abs(z - TILE_M / 2) + 0 * x
    right = x + 0 * z > -LANE_M
    ground = np.where((right & (apart < JUNCTION_HALF_M))[..., None], asphalt, _road(random))
    give_way = (np.abs(x - LANE_M - 1.2) < 0.2) & (z < TILE_M / 2) & (apart < JUNCTION_HALF_M)
    middle = (x > LANE_M + 1.2) & (apart < 0.075)
    edge = (x > LANE_M + 1.2) & (np.abs(apart - JUNCTION_HALF_M + 0.4) < 0.075)
    paint = (give_way & (z % 0.9 < 0.5)) | middle | edge
    return np.where(paint[..., None], ground * 0.15 + 188, ground).astype(np.float32)
