"""What a budget of false alarms costs and finds, from a checkpoint's stored curve; pure.

Places in the drawings are percent of the plot, 0 is the top and the left.
"""

import math
from dataclasses import dataclass

from pydantic import Field

from ui.checkpoints import Checkpoint
from utils.calibration import Calibration, OperatingPoint, hours_words, wilson_interval
from utils.errors import CheckpointError
from utils.report import Record
from utils.writers.chart import svg_points

HOURS_A_DAY = 8


class OperatingWords(Record):
    """A budget of false alarms, the threshold that keeps it, and what to expect of it."""

    checkpoint: str = Field(description="name in the list of checkpoints")
    max_false_alarms_per_hour: float = Field(description="the budget that was asked for")
    threshold: float = Field(description="the lowest score threshold within the budget")
    false_alarms: int = Field(description="false alarms counted at it")
    hours: float = Field(description="hours of normal driving they were counted in")
    false_alarms_upper_per_hour: float = Field(
        description="what the true rate stays below with 95 % confidence"
    )
    crashes: int = Field(description="labelled crashes; 0: what it finds is not known")
    crashes_found: int = Field(description="how many of them it found")
    recall: float | None = Field(description="found / crashes")
    recall_low: float = Field(description="95 % interval of it from here ...")
    recall_high: float = Field(description="... to here")
    crash_clips: str = Field(description="where the labelled crashes are from")
    doubts: str = Field(description="why the budget may not hold; empty where it is supported")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A step curve with its band, the chosen point, and the ends of its axes.

    line, band: SVG point lists. low, high: ends of the chosen point's interval.
    """

    line: str
    band: str
    x: float
    y: float
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


def operating_words(checkpoint: Checkpoint, budget: float) -> OperatingWords:
    """What the budget means. Raises CheckpointError without a calibration, or out of its reach."""
    calibration = calibration_of(checkpoint)
    if not budget > 0 or not math.isfinite(budget):
        raise CheckpointError("Give the false alarms per hour as a number above 0.")
    point = calibration.point(budget)
    low, high = point.recall_interval
    return OperatingWords(
        checkpoint=checkpoint.name,
        max_false_alarms_per_hour=budget,
        threshold=point.threshold,
        false_alarms=point.false_alarms,
        hours=point.hours,
        false_alarms_upper_per_hour=point.alarms_upper_per_hour,
        crashes=point.crashes,
        crashes_found=point.found,
        recall=point.recall,
        recall_low=low,
        recall_high=high,
        crash_clips=calibration.crash_clips,
        doubts=calibration.doubts(budget),
    )


def calibration_of(checkpoint: Checkpoint) -> Calibration:
    """Its calibration. Raises CheckpointError where it has none."""
    if checkpoint.calibration is None:
        raise CheckpointError(
            f"The checkpoint {checkpoint.name} is not calibrated: nothing is known of its false "
            "alarms per hour. Calibrate it on your own normal drives first."
        )
    return checkpoint.calibration


def largest_budget(calibration: Calibration) -> float:
    """False alarms per hour at the lowest threshold that was measured, as a whole number."""
    return max(1.0, math.ceil(calibration.false_alarms[-1] / calibration.hours))


def alarm_curve(calibration: Calibration, point: OperatingPoint) -> Drawing:
    """Share of crashes found (up) over false alarms per hour (across), with its 95 % band."""
    end = largest_budget(calibration)
    across = [100 * n / calibration.hours / end for n in calibration.false_alarms]
    shares = [_shares(n, calibration.crashes) for n in calibration.crashes_found]
    steps = _steps(list(zip(across, shares, strict=True)))
    low, high = point.recall_interval
    return Drawing(
        line=svg_points([(x, share[0]) for x, share in steps]),
        band=svg_points([(x, s[1]) for x, s in steps] + [(x, s[2]) for x, s in reversed(steps)]),
        x=min(100.0, 100 * point.alarms_per_hour / end),
        y=100 * (1 - (point.recall or 0.0)),
        low=100 * (1 - low),
        high=100 * (1 - high),
        ticks=_ticks(end),
    )


def precision_curve(calibration: Calibration, point: OperatingPoint) -> Drawing:
    """Share of events that are crashes (up) over share of crashes found (across)."""
    rows = zip(calibration.crashes_found, calibration.false_alarms, strict=True)
    known = [(n, alarms) for n, alarms in rows if n + alarms]
    total = calibration.crashes or 1
    points = [(100 * n / total, 100 * (1 - n / (n + alarms))) for n, alarms in known]
    events = point.found + point.false_alarms
    share = point.found / events if events else 1.0
    low, high = wilson_interval(point.found, events)
    return Drawing(
        line=svg_points(points),
        band="",
        x=100 * (point.recall or 0.0),
        y=100 * (1 - share),
        low=100 * (1 - low),
        high=100 * (1 - high),
        ticks=tuple((float(pct), f"{pct} %") for pct in (0, 25, 50, 75, 100)),
    )


def footage_words(calibration: Calibration) -> str:
    """What the curve was counted on."""
    normal = f"{hours_words(calibration.hours)} of normal driving in {calibration.drives} drives"
    if not calibration.crashes:
        return f"{normal}; no labelled crash, so what it finds is not known"
    where = f" ({calibration.crash_clips})" if calibration.crash_clips else ""
    return f"{normal} and {calibration.crashes} labelled crashes{where}"


def _shares(found: int, crashes: int) -> tuple[float, float, float]:
    """Share found and the ends of its interval, from the top."""
    low, high = wilson_interval(found, crashes)
    share = found / crashes if crashes else 0.0
    return 100 * (1 - share), 100 * (1 - low), 100 * (1 - high)


def _steps(
    rows: list[tuple[float, tuple[float, float, float]]],
) -> list[tuple[float, tuple[float, float, float]]]:
    """Each row holds until the next begins, the last one to the edge."""
    steps = []
    for number, (x, shares) in enumerate(rows):
        until = rows[number + 1][0] if number + 1 < len(rows) else 100.0
        steps += [(x, shares), (until, shares)]
    return steps


def _ticks(end: float) -> tuple[tuple[float, str], ...]:
    """Up to six round numbers from 0 to the end."""
    scale = 10 ** math.floor(math.log10(end))
    step = next(s * scale for s in (0.2, 0.5, 1, 2) if end / (s * scale) <= 6)
    return tuple((100 * k * step / end, f"{k * step:g}") for k in range(int(end / step + 1e-9) + 1))
