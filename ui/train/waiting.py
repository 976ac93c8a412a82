"""Begins the comparisons that wait for the end of a training, whether or not anybody looks.

Training outlives the app, so what an app finds finished as it starts is measured then.
"""

import logging
import threading
from pathlib import Path

from ui.commands import CommandRun, Commands
from ui.train import comparison
from utils.config import load_settings
from utils.errors import AppError
from utils.folder_lock import lock_folder

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0


class WaitingComparisons:
    """The thread that looks now and then; several apps may share the runs."""

    def __init__(self, commands: Commands, *, every_s: float = LOOK_EVERY_S) -> None:
        self._commands = commands
        self._every_s = every_s
        self._stop = threading.Event()
        self._told: set[Path] = set()
        self._thread = threading.Thread(target=self._work, name="comparisons", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the look under way; what is being measured goes on."""
        self._stop.set()

    def look(self) -> CommandRun | None:
        """Begin the oldest comparison that can begin; one at a time."""
        runs = self._commands.runs("train")
        waiting = [run for run in reversed(runs) if run.state == "finished" and _waits(run)]
        if not waiting or self._is_measuring():
            return None
        for run in waiting:
            try:
                begun = self._begin(run)
            except AppError as error:  # a full disk, settings of another version
                self._tell(run, error)
            else:
                if begun is not None:
                    return begun
        return None

    def _begin(self, run: CommandRun) -> CommandRun | None:
        with lock_folder(run.folder, "another app"):  # so that two apps never measure twice
            wish = comparison.read_wish(run)
            output = Path(load_settings(run.settings).training.output_dir)
            result = comparison.result_of(output)
            if wish is None or wish.evaluation is not None or result is None:
                return None
            return comparison.start(run, wish, self._commands, result)

    def _is_measuring(self) -> bool:
        return any(run.state == "running" for run in self._commands.runs("evaluate"))

    def _tell(self, run: CommandRun, error: AppError) -> None:
        """Once for each run: it is tried again at every look."""
        if run.folder not in self._told:
            log.warning("before and after %s are not measured yet: %s", run.name, error)
        self._told.add(run.folder)

    def _work(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(self._every_s)


def _waits(run: CommandRun) -> bool:
    wish = comparison.read_wish(run)
    return wish is not None and wish.evaluation is None
