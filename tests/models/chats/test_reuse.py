"""Several questions about one clip: answered as if asked alone, its pictures seen once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.chats.reuse import share
from models.interfaces import Chat, ChatReply, ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import VLM_BUILDERS
from utils.clip import Clip

pytestmark = pytest.mark.usefixtures("one_thread")

TEXTS = (
    "Is there a car?",
    "Describe the event in two or three short sentences.",
    "Why?",
    "When does it stop?",
    "Who moves where?",
    "Is contact visible?",
)
Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]


def questions(clip: Clip) -> list[ChatRequest]:
    """Six questions about one clip: written, chosen from one token and from several, as JSON."""
    schema = {
        "type": "object",
        "properties": {"risk": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["risk"],
        "additionalProperties": False,
    }
    more: list[dict[str, Any]] = [{}, {}, {"json_schema": schema}, {}]
    more += [{"choices": ("Yes", "No")}, {"choices": ("a car stops", "nothing")}]
    return [
        ChatRequest(text, clip, "You report.", max_new_tokens=6 + n, **extra)
        for n, (text, extra) in enumerate(zip(TEXTS, more, strict=True))
    ]


def ask_apart(chat: Chat, requests: list[ChatRequest]) -> list[ChatReply]:
    return [chat.ask([request])[0] for request in requests]


def count_pictures(chat: Any) -> list[int]:
    """How often the model looks at pictures or video from now on: one entry per time."""
    seen: list[int] = []

    names = ("vision_tower", "vision_model", "visual")
    inner = chat.prepare().model.model
    tower = next(getattr(inner, name) for name in names if hasattr(inner, name))
    tower.register_forward_pre_hook(lambda module, pixels: seen.append(1))
    return seen


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("frames", [3, 12])
def test_questions_about_one_clip_are_answered_as_if_asked_alone(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str, frames: int
) -> None:
    chat = make_chat(checkpoint(name))
    clip = make_clip(frames)
    together, apart = chat.ask(questions(clip)), ask_apart(chat, questions(clip))
    assert [reply.text for reply in together] == [reply.text for reply in apart]
    for one, other in zip(together, apart, strict=True):
        assert one.choice_scores == pytest.approx(other.choice_scores, abs=1e-4)
        assert (one.complete, one.constrained) == (other.complete, other.constrained)


@pytest.mark.parametrize("name", VLM_BUILDERS)
def test_the_pictures_of_one_clip_are_looked_at_once(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str
) -> None:
    chat = make_chat(checkpoint(name), batch_size=2)
    seen = count_pictures(chat)
    chat.ask(questions(make_clip(2)))
    assert len(seen) == 1


def test_equal_frames_in_different_objects_are_different_clips(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat = make_chat(checkpoint("llava"), batch_size=1)
    seen = count_pictures(chat)
    chat.ask([ChatRequest("Why?", make_clip(2)), ChatRequest("When?", make_clip(2))])
    assert len(seen) == 2


def test_questions_of_several_clips_come_back_in_order(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat = make_chat(checkpoint("smolvlm"))
    first, second = make_clip(2), make_clip(3)
    mixed = [ask for pair in zip(questions(first), questions(second), strict=True) for ask in pair]
    mixed.insert(3, ChatRequest("No picture?", max_new_tokens=4))
    assert [r.text for r in chat.ask(mixed)] == [r.text for r in ask_apart(chat, mixed)]


def test_a_template_with_the_question_before_the_pictures_shares_nothing(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat = make_chat(checkpoint("llava"))
    loaded = chat.prepare()
    loaded.processor.chat_template = (
        "{% for m in messages %}{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}"
        "{{ c['text'] }}{% endfor %}{% for c in m['content'] | selectattr('type', 'equalto', "
        "'image') %}{{ '<image>' }}{% endfor %}{% endfor %}"
    )
    requests = questions(make_clip(2))
    assert share(chat.encoder(loaded), requests) is None
    assert [r.text for r in chat.ask(requests)] == [r.text for r in ask_apart(chat, requests)]


def test_different_instructions_are_not_shared(checkpoint: Checkpoint, make_clip: MakeClip) -> None:
    chat = make_chat(checkpoint("smolvlm"))
    one, two = questions(make_clip(2))[:2]
    requests = [one, replace(two, system="You doubt.")]
    assert [r.text for r in chat.ask(requests)] == [r.text for r in ask_apart(chat, requests)]


def test_a_small_context_drops_the_same_frames_for_all_questions(
    tmp_path: Path, make_clip: MakeClip, caplog: pytest.LogCaptureFixture
) -> None:
    chat = make_chat(VLM_BUILDERS["llava"](tmp_path / "small"))
    chat.prepare().model.config.text_config.max_position_embeddings = 200
    shared = share(chat.encoder(chat.prepare()), questions(make_clip(8)))
    assert shared is not None
    assert len(shared.ids) + max(map(len, shared.own)) + 11 <= 200
    assert "of 8 frames" in caplog.text
