"""The process that `Commands` starts: runs one script and writes how it ended.

It watches for the file that asks it to stop, so that any app can stop it, whoever started it.
"""

import _thread
import os
import runpy
import signal
import sys
import threading
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from ui.commands import BEGUN, COMMAND, END, STOP, Command, CommandEnd
from utils.atomic import atomic_write_text
from utils.errors import OutputError
from utils.folder_lock import lock_folder

INTERRUPTED, KILLED = 130, 137
POLL_S = 0.2
PATIENCE_S = 30.0  # from the interrupt to the end by force
NICENESS = 10
LOCK_TRIES = 50  # whoever looks at the lock holds it for a moment


def run(folder: Path, script: Path) -> int:
    """Run the script with the arguments of the folder's command; its exit code, also written."""
    command = Command.model_validate_json((folder / COMMAND).read_bytes())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
    threading.Thread(target=_obey, args=(folder,), daemon=True).start()
    sys.argv = [str(script), *command.arguments]
    sys.path.insert(0, str(script.parent))
    with _Ending(folder) as ending:
        runpy.run_path(str(script), run_name="__main__")
    return ending.code


class _Ending:
    """Notes how the script ended, once its last words are in the log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.code = _exit_code(error)
        if kind is not None and isinstance(error, Exception):
            sys.excepthook(kind, error, trace)
        sys.stdout.flush()
        _write_end(self.folder, self.code)
        return True


def _exit_code(error: BaseException | None) -> int:
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return 0 if error is None else 1


def _obey(folder: Path) -> None:
    """Wait for the wish to stop; interrupt, and later end by force."""
    while not (folder / STOP).exists():
        time.sleep(POLL_S)
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()
    time.sleep(PATIENCE_S)
    _write_end(folder, KILLED)
    os._exit(KILLED)


def _write_end(folder: Path, code: int) -> None:
    stopped = (folder / STOP).exists() and code != 0
    end = CommandEnd(exit_code=code, ended_at=datetime.now(UTC), stopped=stopped)
    with suppress(OutputError):  # a full disk: the run counts as failed
        atomic_write_text(folder / END, end.model_dump_json())


def main(folder: Path, script: Path) -> int:
    """Run the script while the folder's lock is held; the exit code. Raises OutputError."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with ExitStack() as held:
        _hold(held, folder)
        (folder / BEGUN).touch()
        return run(folder, script)


def _hold(held: ExitStack, folder: Path) -> None:
    for tries_left in reversed(range(LOCK_TRIES)):
        try:
            held.enter_context(lock_folder(folder, "another run"))
            return
        except OutputError:
            if not tries_left:
                raise
        time.sleep(POLL_S / 10)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
