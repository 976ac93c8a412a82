"""A car as a small mesh: lofted body, glass, lights, wheels and a soft shadow."""

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.road_scene.camera import NEAR_M, Camera, Points, hazed

# Stations from the rear to the front: z, height of the belt line, height of the top, half width.
STATIONS = np.array(
    [
        (-2.20, 0.80, 0.82, 0.76),
        (-2.08, 0.92, 0.94, 0.85),
        (-1.60, 0.97, 1.01, 0.89),
        (-0.95, 0.97, 1.37, 0.90),
        (-0.30, 0.96, 1.45, 0.90),
        (0.40, 0.94, 1.43, 0.90),
        (1.10, 0.93, 0.99, 0.89),
        (1.75, 0.84, 0.88, 0.88),
        (2.06, 0.74, 0.77, 0.83),
        (2.20, 0.60, 0.62, 0.74),
    ]
)
LIGHT = np.array([-0.45, 0.8, -0.4]) / np.linalg.norm([-0.45, 0.8, -0.4])
GLASS = np.array([26.0, 32.0, 38.0])
TYRE = np.array([24.0, 24.0, 26.0])
TRIM = np.array([44.0, 45.0, 48.0])
TALL = 1.2
SHIFT = 4


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a car stands: middle on the ground, and yaw (0 = along the road, away from us)."""

    x_m: float
    z_m: float
    yaw_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Paint:
    """How a car looks: colour, height and length factors, brake lights."""

    rgb: tuple[float, float, float]
    tall: float = 1.0
    long: float = 1.0
    braking: bool = False
    dent_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Face:
    """A polygon of the mesh with its colour; layer 1 lies on top of layer 0 at equal depth."""

    points: Points
    rgb: NDArray[np.float64]
    gloss: float = 0.0
    layer: int = 0
    glow: bool = False


def draw_car(picture: NDArray[np.uint8], camera: Camera, pose: Pose, paint: Paint) -> None:
    """Paint one car with its shadow."""
    if pose.z_m - camera.z_m < -3:
        return
    _draw_shadow(picture, camera, pose, paint)
    faces = []
    for face in mesh(paint):
        points = _placed(face.points, pose)
        normal, centre = _normal(points, pose)
        towards = np.array([camera.x_m, camera.y_m, camera.z_m]) - centre
        if normal @ towards > 0:
            depth = float(np.linalg.norm(towards)) - 0.4 * face.layer
            faces.append((depth, face, points, normal))
    for depth, face, points, normal in sorted(faces, key=lambda f: -f[0]):
        outline = camera.polygon(points)
        if len(outline) > 2:
            rgb = face.rgb if face.glow else _shaded(face, normal)
            _fill(picture, outline, hazed(rgb, depth))


def mesh(paint: Paint) -> list[Face]:
    """All faces of a car in its own axes, its middle on the ground at the origin."""
    body = np.array(paint.rgb)
    rings = [_ring(station, paint) for station in STATIONS]
    faces = []
    for (rear, front), tops in zip(
        itertools.pairwise(rings),
        itertools.pairwise(STATIONS[:, 2]),
        strict=True,
    ):
        faces += _section(rear, front, tops, body)
    faces += _end(rings[0], body, rear=True, paint=paint)
    faces += _end(rings[-1], body, rear=False, paint=paint)
    return faces + _wheels(paint)


def _ring(station: NDArray[np.float64], paint: Paint) -> Points:
    """Eight points around the body at a station, from the lower right over the top."""
    z, belt, top, half = station
    roof = half * (0.70 if top > TALL else 0.93)
    if paint.dent_m and abs(z) < 1.4:
        half = half - paint.dent_m * (1 - abs(z) / 1.4)
    tall = paint.tall
    right = [(half * 0.94, 0.2), (half, 0.55), (half * 0.97, belt * tall), (roof, top * tall)]
    points = [*right, *[(-x, y) for x, y in reversed(right)]]
    return np.array([(x, y, z * paint.long) for x, y in points])


def _section(
    rear: Points, front: Points, tops: tuple[float, float], body: NDArray[np.float64]
) -> list[Face]:
    """The faces between two rings: sides, windows and what lies on top."""
    cabin = max(tops) > TALL
    screen = cabin and min(tops) < TALL
    faces = []
    for i in range(7):
        quad = np.array([rear[i], rear[i + 1], front[i + 1], front[i]])
        low, window, top = i in (0, 6), i in (2, 4), i == 3
        if low:
            faces.append(Face(quad, body * 0.72 + TRIM * 0.2))
        elif window and cabin:
            faces.append(Face(quad, body, gloss=0.2))
            faces.append(Face(_shrunk(quad, 0.84), GLASS, gloss=0.5, layer=1))
        elif top and screen:
            faces.append(Face(quad, body, gloss=0.2))
            faces.append(Face(_shrunk(quad, 0.88), GLASS, gloss=0.6, layer=1))
        else:
            faces.append(Face(quad, body, gloss=0.35))
    return faces


def _end(ring: Points, body: NDArray[np.float64], *, rear: bool, paint: Paint) -> list[Face]:
    """Rear or front: panel, bumper, lights, plate."""
    z = ring[0, 2]
    out = z + (-0.02 if rear else 0.02)
    faces = [Face(ring, body, gloss=0.2)]

    def patch(x0: float, x1: float, y0: float, y1: float) -> Points:
        return np.array([(x0, y0, out), (x1, y0, out), (x1, y1, out), (x0, y1, out)])

    faces.append(Face(patch(-0.7, 0.7, 0.2, 0.4), TRIM, layer=1))
    faces.append(Face(patch(-0.26, 0.26, 0.46, 0.58), np.array([225.0, 225, 215]), layer=1))
    height = (0.62, 0.78) if rear else (0.46, 0.60)
    lit = np.array([255.0, 60, 40]) if paint.braking else np.array([150.0, 22, 22])
    lamp = lit if rear else np.array([244.0, 244, 232])
    for x0, x1 in ((-0.74, -0.44), (0.44, 0.74)):
        glow = paint.braking or not rear
        faces.append(Face(patch(x0, x1, *height), lamp, gloss=0.4, layer=1, glow=glow))
    return faces


def _wheels(paint: Paint) -> list[Face]:
    faces = []
    turn = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    for z in (-1.35 * paint.long, 1.38 * paint.long):
        for side in (-1, 1):
            for radius, reach, rgb in ((0.42, 0.905, TRIM * 0.5), (0.34, 0.915, TYRE)):
                faces.append(_disc(turn, z, side * reach, radius, rgb))
            faces.append(_disc(turn, z, side * 0.925, 0.2, np.array([150.0, 152, 156])))
            inner, outer = side * 0.66, side * 0.9
            for end in (z - 0.3, z + 0.3):
                quad = [(inner, 0, end), (outer, 0, end), (outer, 0.3, end), (inner, 0.3, end)]
                faces.append(Face(np.array(quad), TYRE))
    return faces


def _disc(
    turn: NDArray[np.float64], z: float, x: float, radius: float, rgb: NDArray[np.float64]
) -> Face:
    height = np.maximum(0.33 + radius * np.sin(turn), 0.0)
    points = np.stack([np.full_like(turn, x), height, z + radius * np.cos(turn)], axis=1)
    return Face(points, rgb, layer=1)


def _shrunk(quad: Points, factor: float) -> Points:
    centre = quad.mean(axis=0)
    return centre + (quad - centre) * factor


def _placed(points: Points, pose: Pose) -> Points:
    cos, sin = np.cos(pose.yaw_rad), np.sin(pose.yaw_rad)
    x, y, z = points.T
    return np.stack([x * cos + z * sin + pose.x_m, y, z * cos - x * sin + pose.z_m], axis=1)


def _normal(points: Points, pose: Pose) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Outward unit normal and middle of a face."""
    centre = points.mean(axis=0)
    normal = np.cross(points[1] - points[0], points[2] - points[0])
    normal = normal / (np.linalg.norm(normal) + 1e-9)
    outward = centre - np.array([pose.x_m, 0.6, pose.z_m])
    return (normal if normal @ outward >= 0 else -normal), centre


def _shaded(face: Face, normal: NDArray[np.float64]) -> NDArray[np.float64]:
    diffuse = 0.5 + 0.55 * max(0.0, float(normal @ LIGHT))
    sky = np.array([200.0, 214, 228]) * face.gloss * (0.25 + 0.5 * max(0.0, float(normal[1])))
    return np.clip(face.rgb * diffuse + sky, 0, 255)


def _draw_shadow(picture: NDArray[np.uint8], camera: Camera, pose: Pose, paint: Paint) -> None:
    """A dark patch on the ground, soft at its rim."""
    for grow, dark in ((1.22, 0.80), (1.08, 0.66), (0.95, 0.55)):
        x, z = 0.92 * grow, 2.25 * paint.long * grow
        corners = np.array([(-x, 0, -z), (x, 0, -z), (x, 0, z), (-x, 0, z)], dtype=float)
        placed = _placed(corners, pose) + np.array([0.12, 0.0, 0.1])
        outline = camera.polygon(placed)
        if len(outline) < 3 or placed[:, 2].max() - camera.z_m < NEAR_M:
            continue
        left, top = np.maximum(np.floor(outline.min(0)).astype(int) - 2, 0)
        right, bottom = np.ceil(outline.max(0)).astype(int) + 3
        region = picture[top:bottom, left:right]
        if region.size == 0:
            continue
        mask = np.zeros(region.shape[:2], np.uint8)
        _fill(mask, outline - (left, top), np.array([255.0]))
        soft = mask[..., None] / 255.0
        region[:] = region * (1 - soft * (1 - dark))


def _fill(picture: NDArray[np.uint8], outline: Points, rgb: NDArray[np.float64]) -> None:
    limited = np.clip(outline, -20_000, 20_000)
    corners = np.round(limited * (1 << SHIFT)).astype(np.int32)
    cv2.fillPoly(picture, [corners], [float(v) for v in rgb], cv2.LINE_AA, SHIFT)
