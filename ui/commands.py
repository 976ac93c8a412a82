"""Runs train.py and its sisters as processes of their own, which outlive the page and the app.

Each run has a folder: command.json (what was asked), log.txt (what it said), end.json (how it
ended). It holds the folder's lock while it lives, so that any later app can tell whether it does.
"""

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from utils.atomic import atomic_write_text
from utils.config import REPO_ROOT, dump_settings
from utils.errors import AppError
from utils.folder_lock import is_locked
from utils.plain_text import bare_paths, one_line, plain_text
from utils.settings import Settings

CommandKind = Literal["train", "evaluate", "trust", "calibrate"]
CommandState = Literal["running", "finished", "stopped", "failed"]
RUNS_FOLDER = "runs"
OUTPUT = "{output}"  # in arguments: the run's own output folder
COMMAND, LOG, END, SETTINGS = "command.json", "log.txt", "end.json", "settings.yaml"
BEGUN, STOP = "begun", "stop"  # the lock is held; somebody asks it to stop
STOPPED_CODES = (130, 143)  # as shells count SIGINT and SIGTERM
STARTING_S = 60.0  # a busy machine may take this long to bring a process up
TAIL_BYTES = 64_000
MAX_NAME = 80


class Command(BaseModel):
    """What was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: CommandKind
    name: str
    arguments: tuple[str, ...]
    started_at: datetime
    resume_of: str | None = None


class CommandEnd(BaseModel):
    """How it ended; stopped: because somebody asked for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    exit_code: int
    ended_at: datetime
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class CommandRun:
    """One run as it stands. exit_code: None while it runs, and where it was killed."""

    id: str
    kind: CommandKind
    name: str
    arguments: tuple[str, ...]
    started_at: datetime
    state: CommandState
    exit_code: int | None
    folder: Path
    ended_at: datetime | None = None
    resume_of: str | None = None

    @property
    def output(self) -> Path:
        """The folder for what the command writes, where its arguments said `{output}`."""
        return self.folder / "output"

    @property
    def settings(self) -> Path:
        """The settings file that the run was given, if any."""
        return self.folder / SETTINGS

    def facts(self) -> dict[str, Any]:
        """What programs are told of it."""
        names = ("id", "kind", "name", "state", "exit_code", "resume_of")
        return {name: getattr(self, name) for name in names} | {
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
        }

    def tail(self, lines: int) -> list[str]:
        """The last lines that it printed, without folders; of a line drawn over, what was left."""
        try:
            with (self.folder / LOG).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - TAIL_BYTES))
                text = file.read().decode(errors="replace")
        except OSError:
            return []
        drawn = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
        said = [bare_paths(plain_text(line)).rstrip() for line in drawn]
        return [line for line in said if line][-lines:]


class Commands:
    """The runs below one folder. root: where train.py and the others are."""

    def __init__(self, folder: Path, root: Path = REPO_ROOT) -> None:
        self.folder = folder
        self.root = root
        self._starting = threading.Lock()
        self._children: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        kind: CommandKind,
        arguments: Sequence[str],
        *,
        name: str,
        settings: Settings | None = None,
        resume_of: str | None = None,
    ) -> CommandRun:
        """Start a command; its paths are absolute or relative to the project folder.

        settings: given to the command as its --config. `{output}` in an argument becomes the run's
        output folder. Raises AppError where a command of this kind runs, OutputError.
        """
        with self._starting:
            running = [run for run in self.runs(kind) if run.state == "running"]
            if running:
                raise AppError(
                    f"{running[0].name!r} is still running. Stop it, or wait until it has ended."
                )
            now = datetime.now(UTC)
            folder = self.folder / f"{now:%Y%m%d-%H%M%S-%f}-{kind}-{secrets.token_hex(2)}"
            given = [text.replace(OUTPUT, str(folder / "output")) for text in arguments]
            if settings is not None:
                atomic_write_text(folder / SETTINGS, dump_settings(settings))
                given = ["--config", str(folder / SETTINGS), *given]
            command = Command(
                kind=kind,
                name=one_line(name)[:MAX_NAME],
                arguments=tuple(given),
                started_at=now,
                resume_of=resume_of,
            )
            atomic_write_text(folder / COMMAND, command.model_dump_json(indent=2))
            self._launch(folder, kind)
        return self.find(folder.name)

    def runs(self, kind: CommandKind | None = None) -> list[CommandRun]:
        """All runs, or those of one kind, the newest first."""
        self._children = [child for child in self._children if child.poll() is None]
        wanted = [kind] if kind else get_args(CommandKind)
        folders = [p for one in wanted for p in self.folder.glob(f"*-{one}-*/{COMMAND}")]
        newest = sorted((path.parent for path in folders), key=lambda p: p.name, reverse=True)
        return [run for run in map(_read, newest) if run is not None]

    def find(self, run_id: str) -> CommandRun:
        """The run of this id. Raises AppError for any other text."""
        found = next((run for run in self.runs() if run.id == run_id), None)
        if found is None:
            raise AppError("That run is not known any more. Choose one from the list.")
        return found

    def stop(self, run_id: str) -> None:
        """Ask a run to stop; it is interrupted at once, and ended by force 30 s later.

        Raises AppError as `find` does.
        """
        run = self.find(run_id)
        if run.state == "running":
            atomic_write_text(run.folder / STOP, "")

    def _launch(self, folder: Path, kind: CommandKind) -> None:
        script = self.root / f"{kind}.py"
        with (folder / LOG).open("wb") as log:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell
                [sys.executable, "-m", "ui.command_child", str(folder.absolute()), str(script)],
                cwd=REPO_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "TQDM_MININTERVAL": "1"},
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._children.append(child)  # asked now and then, so that it leaves the process table


def _read(folder: Path) -> CommandRun | None:
    """The run in a folder; None where its record is not one of ours."""
    begun = (folder / BEGUN).exists()  # in the order in which the process does these
    alive = is_locked(folder)
    try:
        command = Command.model_validate_json((folder / COMMAND).read_bytes())
        end = _read_end(folder)
    except (OSError, ValidationError):
        return None
    waiting = datetime.now(UTC) - command.started_at
    alive = alive if begun else waiting.total_seconds() < STARTING_S
    return CommandRun(
        id=folder.name,
        folder=folder,
        state=_state(folder, end, alive=alive),
        exit_code=end.exit_code if end else None,
        ended_at=end.ended_at if end else None,
        **dict(command),
    )


def _read_end(folder: Path) -> CommandEnd | None:
    path = folder / END
    return CommandEnd.model_validate_json(path.read_bytes()) if path.is_file() else None


def _state(folder: Path, end: CommandEnd | None, *, alive: bool) -> CommandState:
    if end is None:
        if alive:
            return "running"
        return "stopped" if (folder / STOP).exists() else "failed"
    if end.exit_code == 0:
        return "finished"
    return "stopped" if end.stopped or end.exit_code in STOPPED_CODES else "failed"
