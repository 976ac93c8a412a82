"""Kills train.py at random moments, resumes it, and compares with the run that was never killed.

    python -m benchmarks.kill_training [kills]

Prints how many of the kills could be gone on from, whether every checkpoint stayed readable, and
whether the finished runs ended with the weights of the uninterrupted one.
"""

import random
import sys
import tempfile
from pathlib import Path

from tests.models.trainers.killed_runs import KilledRuns, unreadable_checkpoints

KILLS, EPOCHS, SEED = 50, 60, 0
LONGEST_S = 1.5  # about as long as half a run


def main() -> None:
    """Print one line per finished run and the sum."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        runs = KilledRuns(Path(folder), EPOCHS)
        runs.prepare()
        expected = runs.finish(runs.folder / "whole")
        done, equal, finished, unreadable = 0, 0, 0, 0
        generator = random.Random(SEED)
        while done < kills:
            run = runs.folder / f"killed-{finished}"
            count, bad = kill_to_the_end(runs, run, generator, kills - done)
            done, unreadable, finished = done + count, unreadable + bad, finished + 1
            equal += runs.finish(run) == expected
            print(f"run {finished}: {count} kills, then finished")
    print(f"{done} of {kills} kills resumed; {unreadable} unreadable checkpoints")
    print(f"{equal} of {finished} finished runs have the weights of the uninterrupted one")


def kill_to_the_end(
    runs: KilledRuns, run: Path, generator: random.Random, most: int
) -> tuple[int, int]:
    """Kill and resume one run until it ends: kills, and unreadable checkpoints found after them.

    Resuming raises RuntimeError where it fails.
    """
    count, bad = 0, 0
    while count < most and runs.kill_once(run, generator, longest_s=LONGEST_S):
        count += 1
        bad += len(unreadable_checkpoints(run))
    return count, bad


if __name__ == "__main__":
    main()
