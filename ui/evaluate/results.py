"""What evaluate.py and trust.py wrote: for runs of this app, and last by the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ui.commands import CommandKind, CommandRun
from ui.context import Context
from utils.errors import AppError
from utils.metrics.evaluation import Evaluation
from utils.trust_report import TrustReport

EVALUATION_FILE, TRUST_FILE = "metrics.json", "trust.json"
BY_COMMAND = "command-line"  # id of what the command line wrote to its default folder
MAX_RESULT_BYTES = 20_000_000

Result = TypeVar("Result", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written:
    """A folder with a result. run: of this app; None where the command line wrote it."""

    id: str
    words: str
    folder: Path
    run: CommandRun | None


class Results:
    """The results that can be shown, the newest first."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def evaluations(self) -> list[Written]:
        """Every evaluation that has its figures."""
        return self._written("evaluate", EVALUATION_FILE, "evaluation")

    def trusts(self) -> list[Written]:
        """Every trust page that was written."""
        return self._written("trust", TRUST_FILE, "trust")

    def evaluation(self, wanted: object) -> tuple[Written, Evaluation]:
        """One of `evaluations`. Raises AppError."""
        written = _find(wanted, self.evaluations())
        return written, _read(written.folder / EVALUATION_FILE, Evaluation)

    def trust(self, wanted: object) -> tuple[Written, TrustReport]:
        """One of `trusts`. Raises AppError."""
        written = _find(wanted, self.trusts())
        return written, _read(written.folder / TRUST_FILE, TrustReport)

    def _written(self, kind: CommandKind, file: str, folder: str) -> list[Written]:
        found = [
            Written(run.id, f"{run.name} · {run.started_at:%Y-%m-%d %H:%M} UTC", run.output, run)
            for run in self.context.commands.runs(kind)
            if (run.output / file).is_file()
        ]
        own = self.context.outputs / folder
        if (own / file).is_file():
            found.append(Written(BY_COMMAND, "the last one of the command line", own, None))
        return found


def _find(wanted: object, written: list[Written]) -> Written:
    found = next((one for one in written if one.id == wanted), None)
    if found is None:
        raise AppError("That result is not there any more. Choose one from the list.")
    return found


def _read(path: Path, kind: type[Result]) -> Result:
    try:
        if path.stat().st_size > MAX_RESULT_BYTES:
            raise AppError(f"{path.name} is too large to be a result of ours.")
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise AppError(f"{path.name} cannot be read; run the command again.") from error
