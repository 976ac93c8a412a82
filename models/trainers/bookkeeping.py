"""How the facts of a run change: pure functions of the facts before and of what happened."""

import logging
from pathlib import Path

from models.checkpoint import Metrics
from models.trainers.resume import ResumeFacts
from models.trainers.schedule import Schedule
from models.trainers.steps import StepOutcome
from models.trainers.validation import is_better
from utils.errors import TrainingError

log = logging.getLogger(__name__)


def after_step(facts: ResumeFacts, outcome: StepOutcome, schedule: Schedule) -> ResumeFacts:
    """The facts after a step. Raises TrainingError for too many skipped ones in a row."""
    change: dict[str, float | None] = {"step": facts.step + 1}
    total, count = facts.loss_sum, facts.loss_steps
    if outcome.skipped:
        change |= _skipped(facts, schedule)
    else:
        total, count = total + outcome.loss, count + 1
        change["skipped_in_a_row"] = 0
    change |= {"loss_sum": total, "loss_steps": count}
    if schedule.ends_epoch(facts.step + 1):
        change |= {"epoch": facts.epoch + 1, "loss": total / count if count else None}
        change |= {"loss_sum": 0.0, "loss_steps": 0}
    return facts.model_copy(update=change)


def after_validation(
    facts: ResumeFacts, metrics: Metrics, name: str, value: float
) -> tuple[ResumeFacts, bool]:
    """The facts after a validation, and whether its figure `name` is the best so far."""
    better = is_better(name, value, facts.best)
    without = 0 if better else facts.without_gain + 1
    best = value if better else facts.best
    change = {"metrics": metrics, "best": best, "without_gain": without}
    return facts.model_copy(update=change), better


def is_over(facts: ResumeFacts, schedule: Schedule) -> bool:
    """Whether all steps are done, or nothing got better for `patience` validations."""
    patience = schedule.training.patience
    return facts.step >= schedule.total_steps or 0 < patience <= facts.without_gain


def _skipped(facts: ResumeFacts, schedule: Schedule) -> dict[str, float | None]:
    row, folder = facts.skipped_in_a_row + 1, Path(schedule.training.output_dir)
    log.warning("step %d: the loss is not finite, so no weight moved", facts.step + 1)
    if row >= schedule.training.max_skipped_steps:
        raise TrainingError(
            f"the loss was not finite in {row} steps in a row, up to step {facts.step + 1}; the "
            f"last state in {folder} is kept: go on from it with a lower training.learning_rate, "
            f"--resume {folder} and --allow-mismatch"
        )
    return {"skipped": facts.skipped + 1, "skipped_in_a_row": row}
