"""Fakes of the interfaces: they answer as a test told them to and remember what was asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models.interfaces import ChatReply, ChatRequest


def reply(text: str, *, complete: bool = True) -> ChatReply:
    """A reply that took half a second."""
    return ChatReply(text=text, complete=complete, seconds=0.5)


@dataclass
class FakeChat:
    """Answers each request with `answer(request)`; an exception raised there leaves `ask`."""

    answer: Callable[[ChatRequest], str | ChatReply] = lambda request: "A car stops at a crossing."
    name: str = "fake"
    sees_frames: bool = True
    batches: list[list[ChatRequest]] = field(default_factory=list)

    def ask(self, requests: Sequence[ChatRequest]) -> list[ChatReply]:
        """One reply per request."""
        self.batches.append(list(requests))
        answers = [self.answer(request) for request in requests]
        return [reply(a) if isinstance(a, str) else a for a in answers]

    @property
    def asked(self) -> list[ChatRequest]:
        """All requests so far, in order."""
        return [request for batch in self.batches for request in batch]
