"""How well a tuned model answers rows: by likelihood, exactly, and in words.

`exact` is the share of rows whose whole answer greedy decoding would write: every token of the
right answer is the likeliest after those before it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from models.checkpoint import Metrics
from models.trainers.lora_batch import encode_row, question
from models.trainers.lora_model import TunedModel, answer_logits, label_logit
from models.trainers.lora_rows import RowSet, ShownRow
from utils.answers import YesNo


@dataclass(frozen=True, slots=True)
class RowScore:
    """The loss of a row summed over its units (tokens, or the one label), and if it is right."""

    task: str
    loss: float
    units: int
    exact: bool


def score_rows(tuned: TunedModel, rows: RowSet) -> list[RowScore]:
    """The scores of all rows, in order; the model is left in evaluation mode."""
    tuned.loaded.model.eval()
    return [score_row(tuned, shown) for shown in rows.shown()]


@torch.inference_mode()
def score_row(tuned: TunedModel, shown: ShownRow) -> RowScore:
    """How well the model answers one row."""
    row = encode_row(tuned.encoder, shown, shown.row.answer)
    model = tuned.loaded.model
    if tuned.classifier is not None:
        logit = label_logit(model, tuned.classifier, row)
        label = torch.full_like(logit, row.label)
        loss = float(binary_cross_entropy_with_logits(logit, label))
        return RowScore(shown.row.task, loss, 1, exact=bool((logit > 0) == (label > 0)))
    logits = answer_logits(model, row)
    loss = float(cross_entropy(logits, row.targets, reduction="sum"))
    exact = bool((logits.argmax(dim=1) == row.targets).all())
    return RowScore(shown.row.task, loss, row.answer_tokens, exact)


def figures(scores: Sequence[RowScore]) -> Metrics:
    """Log loss per unit and the share of exact answers, together and by task."""
    tasks = sorted({score.task for score in scores})
    named: Metrics = dict(_figures(scores, ""))
    for task in tasks if len(tasks) > 1 else []:
        named |= dict(_figures([s for s in scores if s.task == task], f"_{task}"))
    return named


def _figures(scores: Sequence[RowScore], suffix: str) -> Iterator[tuple[str, float | None]]:
    loss = sum(s.loss for s in scores) / sum(s.units for s in scores)
    yield f"log_loss{suffix}", loss if math.isfinite(loss) else None
    yield f"exact{suffix}", sum(s.exact for s in scores) / len(scores)


@torch.inference_mode()
def risk_of(tuned: TunedModel, shown: ShownRow) -> float:
    """The probability of yes against no: the classifier's, or from the likelihood of both words."""
    model = tuned.loaded.model.eval()
    if tuned.classifier is not None:
        row = encode_row(tuned.encoder, shown, YesNo.choices[0])
        return float(torch.sigmoid(label_logit(model, tuned.classifier, row)))
    (reply,) = tuned.chat.ask([question(shown, YesNo.choices)])
    return reply.choice_scores[0] if reply.choice_scores else float("nan")


def answer_in_words(tuned: TunedModel, shown: ShownRow) -> str:
    """What the model says now."""
    if tuned.classifier is not None:
        return f"{risk_of(tuned, shown):.3f}"
    tuned.loaded.model.eval()
    return tuned.chat.ask([question(shown)])[0].text


def sample_rows(rows: RowSet, count: int) -> list[ShownRow]:
    """So many rows, evenly spread."""
    last = len(rows.rows) - 1
    chosen = {round(last * n / max(1, count - 1)) for n in range(count)} if last >= 0 else set()
    return [shown for number, shown in enumerate(rows.shown()) if number in chosen]
