"""Asks a chat in batches, so that one bad question costs no other its answer.

What the questions are about and what a good reply is, is not known here.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.interfaces import Chat, ChatReply, ChatRequest
from utils.errors import ModelUnavailableError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A reply, or why there is none."""

    reply: ChatReply | None = None
    error: str = ""


def ask_in_batches(
    chat: Chat, requests: Sequence[ChatRequest], *, batch_size: int
) -> list[Attempt]:
    """One attempt per request, in order. A batch that fails is asked again one by one."""
    starts = range(0, len(requests), batch_size)
    batches = [requests[start : start + batch_size] for start in starts]
    return [attempt for batch in batches for attempt in _ask_batch(chat, batch)]


def _ask_batch(chat: Chat, batch: Sequence[ChatRequest]) -> list[Attempt]:
    attempts = _try(chat, batch)
    if len(batch) == 1 or not attempts[0].error:
        return attempts
    log.warning("%s failed on %d questions, asking one by one", chat.name, len(batch))
    return list(_one_by_one(chat, batch))


def _one_by_one(chat: Chat, batch: Sequence[ChatRequest]) -> Iterator[Attempt]:
    previous = ""
    for number, request in enumerate(batch):
        attempt = _try(chat, [request])[0]
        yield attempt
        if attempt.error and attempt.error == previous:  # a dead model stays dead
            yield from [attempt] * (len(batch) - number - 1)
            return
        previous = attempt.error


def _try(chat: Chat, batch: Sequence[ChatRequest]) -> list[Attempt]:
    try:
        replies = chat.ask(batch)
    except ModelUnavailableError as error:
        return [Attempt(error=str(error))] * len(batch)
    except Exception as error:
        log.warning("%s failed", chat.name, exc_info=True)
        return [Attempt(error=f"{type(error).__name__}: {error}")] * len(batch)
    if len(replies) != len(batch):
        return [Attempt(error=f"{len(replies)} replies to {len(batch)} questions")] * len(batch)
    return [Attempt(reply=reply) for reply in replies]
