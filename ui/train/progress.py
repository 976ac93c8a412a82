"""How far a run is, read from what it prints and from its curves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ui.commands import CommandRun
from ui.train.curves import Points

TAIL_LINES = 14
LOSS = "train/loss"
# a progress bar: "features:  7%|#   | 13/185 [00:00<00:01, 126clip/s]"
_BAR = re.compile(
    r"^(?P<what>[^|\d]*?):?\s*\d+%\|.*\| (?P<done>\d+)/(?P<all>\d+) \[(?P<time>[^]]*)"
)
_LEFT = re.compile(r"<([\d:]+)")
_STEPS = re.compile(r"^(\d+) steps of \d+ samples")


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run does now. fraction: None where unknown; time_left: as the bar says, or empty."""

    words: str
    fraction: float | None
    steps: int = 0
    total_steps: int = 0
    time_left: str = ""


def read_progress(run: CommandRun, curves: Mapping[str, Points]) -> Progress:
    """The progress of a training run."""
    lines = run.tail(TAIL_LINES)
    steps = curves[LOSS][-1][0] if curves.get(LOSS) else 0
    bar = next((match for line in reversed(lines) if (match := _BAR.match(line))), None)
    total = max([steps, *_totals(lines)])
    if run.state != "running":
        return Progress(_ending(run, lines), None, steps, total)
    if bar is None:
        return Progress("Getting ready", None, steps, total)
    done, of = int(bar["done"]), int(bar["all"])
    left = _LEFT.search(bar["time"])
    time_left = left.group(1) if left and done else ""
    what = bar["what"].strip()
    if what:
        return Progress(
            f"{what.capitalize()}: {done} of {of} clips", done / max(of, 1), 0, 0, time_left
        )
    return Progress(f"Step {done} of {of}", done / max(of, 1), done, of, time_left)


def _totals(lines: Sequence[str]) -> list[int]:
    return [int(match.group(1)) for line in lines if (match := _STEPS.match(line))]


def _ending(run: CommandRun, lines: Sequence[str]) -> str:
    """Why a run is over, in its own last words where it failed."""
    if run.state == "finished":
        return "Training is done."
    if run.state == "stopped":
        return "Stopped. Its state was kept, where a step had been done; resume goes on from it."
    if run.exit_code is None:
        return "It ended without a word: it was killed, or the computer was switched off."
    refused = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return refused[-1] if refused else (lines[-1] if lines else "It failed without a word.")
