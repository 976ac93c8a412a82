"""Parts of the Train tab as HTML, made from what is shown and nothing else: pure functions."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ui.commands import CommandRun, CommandState
from ui.markup import render
from ui.sentences import sentence, without_folders
from ui.train.comparison import Interval, Verdict
from ui.train.curves import draw_charts
from ui.train.datasets import Dataset
from ui.train.progress import read_progress
from ui.train.training import TrainStatus
from utils.plain_text import clock

LOG_LINES = 40
SHOWN_NAMES = 5
LOOKS: dict[CommandState, str] = {
    "running": "running",
    "finished": "none",
    "stopped": "idle",
    "failed": "error",
}
TITLES: dict[CommandState, str] = {
    "running": "Training",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
}
VERDICTS: dict[Verdict, str] = {
    "better": "better",
    "worse": "worse",
    "unclear": "no clear difference",
    "unknown": "cannot be told",
}
UNKNOWN = "–"


def datasets(found: Sequence[Dataset]) -> str:
    """What was chosen to learn from, with counts and doubts."""
    return render(
        "train/datasets", datasets=found, plain=sentence, names=SHOWN_NAMES, shown=without_folders
    )


def checking() -> str:
    """That all videos are being opened."""
    return render("train/checked", lines=["Opening every video. This can take minutes."])


def checked(lines: Sequence[str]) -> str:
    """The account of all videos."""
    return render("train/checked", lines=[without_folders(line) for line in lines])


def status(shown: TrainStatus | None) -> str:
    """Where a run stands, or how to begin."""
    if shown is None:
        return render("train/empty")
    run = shown.run
    return render(
        "train/status",
        shown=shown,
        look=LOOKS[run.state],
        title=TITLES[run.state],
        words=sentence(shown.progress.words),
        elapsed=_elapsed(run),
    )


def curves(shown: TrainStatus | None) -> str:
    """The curves of a run; an empty frame before there is one."""
    total = shown.progress.total_steps if shown else 0
    charts = draw_charts(shown.curves, total) if shown else []
    return render(
        "train/curves", charts=charts, running=bool(shown and shown.run.state == "running")
    )


def log(shown: TrainStatus | None) -> str:
    """The last lines that a run printed."""
    lines = shown.run.tail(LOG_LINES) if shown else []
    return render("train/log", lines=lines)


def outcome(shown: TrainStatus | None) -> str:
    """The checkpoint of a run beside the base, and the comparison of both."""
    if shown is None or shown.checkpoint is None:
        return ""
    return render(
        "train/outcome",
        shown=shown,
        number=_number,
        between=_between,
        verdicts=VERDICTS,
        error=_why_no_pairs(shown.comparing),
        measuring=_measuring(shown.comparing),
    )


def tensorboard(address: str, command: str) -> str:
    """The link to TensorBoard, and how to have it without the app."""
    return render("train/tensorboard", address=address, command=command)


def run_choices(runs: Sequence[CommandRun]) -> list[tuple[str, str]]:
    """Names of runs for a list, with their ids."""
    return [(_run_name(run), run.id) for run in runs]


def _run_name(run: CommandRun) -> str:
    when = run.started_at.astimezone()
    resumed = ", resumed" if run.resume_of else ""
    return f"{run.name}{resumed} · {TITLES[run.state].lower()} · {when:%d %b %H:%M}"


def _elapsed(run: CommandRun) -> str:
    end = run.ended_at or (datetime.now(UTC) if run.state == "running" else None)
    return clock((end - run.started_at).total_seconds(), digits=0) if end else ""


def _number(interval: Interval, signed: bool) -> str:
    return UNKNOWN if interval.value is None else format(interval.value, _form(signed))


def _between(interval: Interval, signed: bool) -> str:
    low, high = interval.low, interval.high
    if low is None or high is None:
        return ""
    return f"{format(low, _form(signed))} to {format(high, _form(signed))}"


def _form(signed: bool) -> str:
    return "+.2f" if signed else ".2f"


def _measuring(comparing: CommandRun | None) -> str:
    if comparing is None or comparing.state != "running":
        return ""
    return read_progress(comparing, {}).words


def _why_no_pairs(comparing: CommandRun | None) -> str:
    if comparing is None or comparing.state in ("running", "finished"):
        return ""
    said = [line.removeprefix("error: ") for line in comparing.tail(5) if "error: " in line]
    return sentence(said[-1]) if said else "The comparison ended before its table was written."
