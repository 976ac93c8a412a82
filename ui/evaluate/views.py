"""Parts of the Evaluate tab as HTML, made from what is shown and nothing else: pure functions."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ui.checkpoints import Checkpoint
from ui.commands import CommandRun
from ui.evaluate.operating import (
    HOURS_A_DAY,
    OperatingWords,
    alarm_curve,
    footage_words,
    largest_budget,
    precision_curve,
)
from ui.evaluate.stored_figures import stored_figures
from ui.markup import render
from ui.sentences import sentence, without_folders
from utils.metrics.evaluation import Evaluation, Figure
from utils.trust_report import TrustReport
from utils.writers.trust_page import VERDICTS, gauge

LOG_LINES = 14
PROTOCOLS = {
    "drives": "Does the score rise at the crash, and how many false alarms does that cost?",
    "events": "Events at the checkpoint's own threshold: found, false, early, on time",
    "dota": "Frames inside labelled intervals against all others (DoTA)",
    "anticipation": "How early is the accident foreseen? (UString, DSTA)",
    "nexar": "Warning 0.5, 1 and 1.5 s before the event (Nexar)",
    "riskprop": "Early warning at few false frames (RiskProp)",
    "clip": "Crash clips against normal clips",
    "calibration": "Is a score a probability? (frames)",
    "intervals": "Overlap with labelled intervals",
    "precrash": "The moment before the crash (CrashChat)",
}
STATES = {
    "running": "is running",
    "finished": "has finished",
    "stopped": "was stopped",
    "failed": "ended with an error",
}


def stored(checkpoint: Checkpoint | None) -> str:
    """The figures that lie beside a checkpoint."""
    groups = stored_figures(checkpoint.metrics) if checkpoint else []
    return render("evaluate/stored", checkpoint=checkpoint, groups=groups)


def evaluation(found: Evaluation | None, pictures: Sequence[tuple[str, str]], words: str) -> str:
    """An evaluation's tables and plots. pictures: name and address. words: which one it is."""
    return render(
        "evaluate/evaluation",
        found=found,
        pictures=pictures,
        words=words,
        questions=PROTOCOLS,
        cell=cell,
        plain=without_folders,
    )


def cell(figure: Figure) -> str:
    """A figure with its interval, in text."""
    if figure.value is None:
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} [{figure.low:.2f}, {figure.high:.2f}]"


def operating(checkpoint: Checkpoint | None, words: OperatingWords | None, problem: str) -> str:
    """What a budget of false alarms means; `problem` instead where it means nothing."""
    calibration = checkpoint.calibration if checkpoint else None
    return render(
        "evaluate/operating",
        checkpoint=checkpoint,
        words=words,
        problem=sentence(problem) if problem else "",
        footage=footage_words(calibration) if calibration else "",
        a_day=HOURS_A_DAY,
        doubts=sentence(words.doubts) if words and words.doubts else "",
    )


def used(words: OperatingWords) -> str:
    """That analyses keep a budget from now on."""
    return render("evaluate/used", words=words)


def operating_curves(checkpoint: Checkpoint | None, words: OperatingWords | None) -> str:
    """Recall over false alarms per hour, and precision over recall, with the chosen point."""
    calibration = checkpoint.calibration if checkpoint else None
    if calibration is None or words is None or not calibration.crashes:
        return render("evaluate/curves", alarms=None, precision=None, words=None, end=0)
    point = calibration.point(words.max_false_alarms_per_hour)
    return render(
        "evaluate/curves",
        alarms=alarm_curve(calibration, point),
        precision=precision_curve(calibration, point),
        words=words,
        end=largest_budget(calibration),
    )


def run(found: CommandRun | None, idle: str) -> str:
    """A command as it stands: state, time, its last lines. idle: said where none was started."""
    if found is None:
        return render("evaluate/run", run=None, idle=idle, lines=(), elapsed_s=0.0, states=STATES)
    end = found.ended_at or datetime.now(UTC)
    return render(
        "evaluate/run",
        run=found,
        idle=idle,
        lines=found.tail(LOG_LINES),
        elapsed_s=max(0.0, (end - found.started_at).total_seconds()),
        states=STATES,
    )


def trust(report: TrustReport | None, words: str, page: str | None) -> str:
    """An examination's answers. page: address of its own page, to be saved."""
    return render(
        "evaluate/trust",
        report=report,
        gauges=[gauge(finding) for finding in report.findings] if report else [],
        verdicts=VERDICTS,
        words=words,
        page=page,
        sentence=sentence,
    )
