"""Who drives where: the camera car, other cars, and the collision with a car from a side road.

All positions follow from the time; `COLLISION_S` is exact by construction: at that moment the
front of the camera car meets the flank of the crossing car.
"""

import numpy as np

from scripts.road_scene.cars import Paint, Pose

COLLISION_S = 8.0
LENGTH_S = 16.0
CRUISE_MPS = 12.5
BRAKE_FROM_S = 7.25
BRAKE_MPS2 = 6.0
NOSE_M = 1.9  # from the camera to the bumper
HALF_CAR_M = 0.9
LANE_X_M = 1.75
AFTER_MPS2 = 11.0


def ego_z_m(time_s: float) -> float:
    """How far the camera has come."""
    if time_s <= BRAKE_FROM_S:
        return CRUISE_MPS * time_s
    start_m = CRUISE_MPS * BRAKE_FROM_S
    if time_s <= COLLISION_S:
        return start_m + _slowing(CRUISE_MPS, BRAKE_MPS2, time_s - BRAKE_FROM_S)
    at_m = start_m + _slowing(CRUISE_MPS, BRAKE_MPS2, COLLISION_S - BRAKE_FROM_S)
    return at_m + _slowing(impact_mps() * 0.55, AFTER_MPS2, time_s - COLLISION_S)


def impact_mps() -> float:
    """Speed of the camera car at the moment of contact."""
    return CRUISE_MPS - BRAKE_MPS2 * (COLLISION_S - BRAKE_FROM_S)


def contact_z_m() -> float:
    """The middle of the crossing car's path: also the middle of the side road."""
    return ego_z_m(COLLISION_S) + NOSE_M + HALF_CAR_M


def crossing_pose(time_s: float) -> Pose:
    """The car from the side road: waits, pulls out, is hit, is pushed and turned."""
    hit_x = LANE_X_M + 0.35
    if time_s <= COLLISION_S:
        before_s = COLLISION_S - time_s
        moving_s = min(before_s, 2.6)
        speed = 5.6
        x = hit_x + speed * moving_s - 0.5 * 1.15 * moving_s**2
        return Pose(x, contact_z_m(), -np.pi / 2)
    after_s = time_s - COLLISION_S
    z = contact_z_m() + _slowing(6.4, 4.6, after_s)
    x = hit_x - _slowing(3.4, 3.2, after_s)
    turn = 1.05 * (1 - np.exp(-2.2 * after_s))
    return Pose(x, z, -np.pi / 2 + turn)


def other_cars(time_s: float) -> list[tuple[Pose, Paint]]:
    """Lead car, oncoming cars and parked cars."""
    cars = [(Pose(LANE_X_M, 17.0 + 13.6 * time_s), Paint((176, 182, 190)))]
    oncoming = (
        (46.0, (150, 30, 34), 1.0),
        (84.0, (232, 232, 228), 1.16),
        (150.0, (36, 62, 110), 1.0),
        (172.0, (60, 62, 66), 1.12),
    )
    for start_m, rgb, tall in oncoming:
        cars.append((Pose(-1.8, start_m - 11.0 * time_s, np.pi), Paint(rgb, tall=tall)))
    stops_m = contact_z_m() + 19.0
    late_m = max(stops_m, 262.0 - 11.5 * time_s + max(0.0, time_s - 9.5) * 4)
    cars.append((Pose(-1.8, late_m, np.pi), Paint((196, 160, 60))))
    parked = ((24, 88, 92, 96), (66, 120, 34, 30), (139, 70, 84, 70), (151, 198, 198, 194))
    cars += [(Pose(5.0, float(z)), Paint((float(r), g, b))) for z, r, g, b in parked]
    left = ((40, 180, 176, 168), (78, 52, 66, 88), (128, 128, 40, 36))
    cars += [(Pose(-5.0, float(z), np.pi), Paint((float(r), g, b))) for z, r, g, b in left]
    return cars


def shake(time_s: float) -> tuple[float, float, float]:
    """Camera jolt: pixels right, pixels down (at 540 rows), degrees of roll."""
    calm = min(1.0, speed_mps(time_s) / CRUISE_MPS)
    road = 0.7 * calm * (np.sin(time_s * 17.0) + 0.6 * np.sin(time_s * 29.0 + 1))
    nose = 5.0 * float(np.clip((time_s - BRAKE_FROM_S) / 0.3, 0, 1)) * (time_s < COLLISION_S)
    if time_s < COLLISION_S:
        return 0.25 * road, road - nose, 0.02 * road
    after_s = time_s - COLLISION_S
    fade = np.exp(-3.1 * after_s)
    swing = np.sin(2 * np.pi * 5.2 * after_s)
    return (
        float(16 * fade * np.sin(2 * np.pi * 4.1 * after_s + 0.8)),
        float(road - 30 * fade * (swing + 0.35)),
        float(2.6 * fade * np.sin(2 * np.pi * 3.4 * after_s)),
    )


def speed_mps(time_s: float) -> float:
    """Speed of the camera car."""
    return (ego_z_m(time_s + 0.02) - ego_z_m(time_s)) / 0.02


def _slowing(speed_mps: float, brake_mps2: float, elapsed_s: float) -> float:
    """Metres gone while braking to a stand."""
    elapsed_s = min(elapsed_s, speed_mps / brake_mps2)
    return speed_mps * elapsed_s - 0.5 * brake_mps2 * elapsed_s**2
