"""A chat's reply -> the task's typed answer, or why it cannot be used. Pure text work."""

from dataclasses import dataclass

from pydantic import ValidationError

from models.describers.repair import repaired
from models.describers.reply import EMPTY, clean, flaw
from models.interfaces import ChatReply
from utils.answers import FreeText, TypedAnswer, YesNo
from utils.tasks import Task


@dataclass(frozen=True, slots=True)
class Reading:
    """A typed answer, or what is wrong with the reply. repaired: it was not in its form."""

    answer: TypedAnswer | None = None
    wrong: str = ""
    repaired: bool = False
    score: float | None = None


def read_reply(reply: ChatReply, task: Task) -> Reading:
    """The answer that a reply states. score: the probability of yes, where the chat gives one."""
    if issubclass(task.answer_type, FreeText):
        return _read_prose(reply, task)
    text = clean(reply.text, complete=True)
    exact = task.answer_type.parse(text)
    answer = exact or repaired(task.answer_type, text)
    if answer is None:
        return Reading(wrong=_complaint(reply, task))
    prose = answer.prose()
    wrong = flaw(prose, prompt=task.prompt) if prose else None
    if wrong:
        return Reading(wrong=wrong)
    return Reading(answer, repaired=exact is None, score=_score(reply, task))


def _read_prose(reply: ChatReply, task: Task) -> Reading:
    text = clean(reply.text, complete=reply.complete)
    wrong = flaw(text, prompt=task.prompt)
    return Reading(wrong=wrong) if wrong else Reading(task.answer_type.parse(text))


def _score(reply: ChatReply, task: Task) -> float | None:
    known = task.answer_type is YesNo and len(reply.choice_scores or ()) == len(YesNo.choices)
    return min(max(reply.choice_scores[0], 0.0), 1.0) if known and reply.choice_scores else None


def _complaint(reply: ChatReply, task: Task) -> str:
    """What is wrong, without a word of the model's."""
    if not reply.text.strip():
        return EMPTY
    if not reply.complete:
        return f"the model's reply was cut off before it was {task.answer_type.form}"
    if task.answer_type.asked_as_json:
        return f"the model's reply is not {task.answer_type.form}{_fields_at_fault(reply, task)}"
    return f"the model's reply is not {task.answer_type.form}"


def _fields_at_fault(reply: ChatReply, task: Task) -> str:
    try:
        task.answer_type.model_validate_json(reply.text.strip())
    except ValidationError as error:
        known = task.answer_type.model_fields
        places = (str(e["loc"][0]) for e in error.errors() if e["loc"])
        names = list(dict.fromkeys(name for name in places if name in known))
        return f": {', '.join(names)}" if names else ""
    return ""
