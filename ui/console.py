"""The command line: exit codes, a progress bar on stderr, an account of each report on stdout."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tqdm import tqdm

from utils.errors import AppError, VideoError
from utils.hints import gating_line
from utils.logs import configure_logs
from utils.plain_text import clock, one_line
from utils.process import prepare_process
from utils.progress import Finished, Progress
from utils.report import AnalysisReport, EventReport

OK, REFUSED, PARTIAL, STOPPED = 0, 2, 3, 130


def run_command(
    work: Callable[[], int | None], *, verbose: bool = False, stopped: str = "stopped"
) -> int:
    """A command from a prepared process to its exit code: the work's own, or 0 for None.

    What the user can mend is one line on stderr and 2; Ctrl-C is the line `stopped` and 130.
    """
    prepare_process()
    configure_logs(verbose=verbose)
    try:
        return work() or OK
    except AppError as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        return STOPPED


def follow(steps: Iterable[tuple[Path, Progress | Finished | VideoError]]) -> int:
    """Show a batch as it runs; the exit code: 0 all complete, 2 none readable, 3 some lost."""
    outcomes: list[int] = []
    bar = _Bar()
    for video, step in steps:
        if isinstance(step, Progress):
            bar.show(video, step)
            continue
        bar.close()
        if isinstance(step, Finished):
            print("\n".join(account(step)))
            _warn(step.report)
            outcomes.append(PARTIAL if step.report.status == "partial" else OK)
        else:
            print(f"error: {one_line(str(step))}", file=sys.stderr)
            outcomes.append(REFUSED)
    return outcomes[0] if len(set(outcomes)) == 1 else PARTIAL


def account(finished: Finished) -> list[str]:
    """What a report says, in lines for a terminal."""
    report = finished.report
    lines = [f"{one_line(report.video_path)}: {report.video_summary}"]
    lines += [_event_line(n, e) for n, e in enumerate(report.triggers, start=1)]
    lines += [f"  hint: {hint}" for hint in report.hints]
    lines.append(f"  {gating_line(report)}.")
    lines.append("  wrote " + ", ".join(str(path) for path in finished.files.values()))
    return lines


def _event_line(number: int, event: EventReport) -> str:
    span = f"{clock(event.event.start_s)} to {clock(event.event.end_s)}"
    chance = event.event.probability
    odds = "" if chance is None else f", probability {chance:.0%}"
    return f"  {number}. {span}, score {event.trigger_confidence:.2f}{odds}: {_text(event)}"


def _text(event: EventReport) -> str:
    if event.analysis:
        return one_line(event.analysis)
    if not event.described:
        return "not described (beyond max_described_frames)"
    errors = [answer.error for answer in event.answers if answer.error]
    return f"not described ({one_line(errors[0]) if errors else 'no answer'})"


def _warn(report: AnalysisReport) -> None:
    for warning in report.warnings:
        name = one_line(Path(report.video_path).name)
        print(f"warning: {name}: {one_line(warning)}", file=sys.stderr)


class _Bar:
    """One tqdm bar per video: scoring in seconds of video, with rate and remaining time."""

    def __init__(self) -> None:
        self._bar: tqdm[None] | None = None

    def show(self, video: Path, step: Progress) -> None:
        """Move the bar to this step."""
        if self._bar is None:
            self._bar = tqdm(
                total=100, desc=one_line(video.name)[:28], unit="%", disable=None, leave=False
            )
        if step.stage == "score" and step.fraction is not None:
            self._bar.update(round(step.fraction * 100, 1) - self._bar.n)
        self._bar.set_postfix_str(step.message)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None
