"""A pinhole camera looking along the road. World axes: x right, y up, z forward, metres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
NEAR_M = 0.35
HAZE_RGB = np.array([196.0, 206.0, 214.0])
HAZE_M = 220.0


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera is, and its picture: size and focal length in pixels."""

    width_px: int
    height_px: int
    focal_px: float
    x_m: float = 1.75
    y_m: float = 1.35
    z_m: float = 0.0

    @property
    def horizon_px(self) -> float:
        """Row of the horizon."""
        return self.height_px * 0.46

    def project(self, points: Points) -> Points:
        """World points (N, 3) to picture points (N, 2); all must lie in front of the camera."""
        ahead = points[:, 2] - self.z_m
        u = self.width_px / 2 + self.focal_px * (points[:, 0] - self.x_m) / ahead
        v = self.horizon_px - self.focal_px * (points[:, 1] - self.y_m) / ahead
        return np.stack([u, v], axis=1)

    def polygon(self, points: Points) -> Points:
        """Picture points of a polygon, cut off where it reaches behind the camera; may be empty."""
        ahead = points[:, 2] - self.z_m - NEAR_M
        kept = []
        for here, there, near, far in zip(
            points, np.roll(points, -1, 0), ahead, np.roll(ahead, -1), strict=True
        ):
            if near >= 0:
                kept.append(here)
            if (near >= 0) != (far >= 0):
                kept.append(here + (there - here) * near / (near - far))
        return self.project(np.array(kept)) if len(kept) > 2 else np.empty((0, 2))


def hazed(rgb: NDArray[np.float64], ahead_m: float) -> NDArray[np.float64]:
    """The colour as it looks through this much air."""
    clear = np.exp(-max(0.0, ahead_m) / HAZE_M)
    return rgb * clear + HAZE_RGB * (1 - clear)
