"""One contract for all local chats, and one regression test per trap of the library."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from models.chats.generation import batches, end_ids
from models.chats.prompts import control_tokens, conversation, disarm, media_marks, pictures, render
from models.interfaces import Chat, ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import VLM_BUILDERS, tiny_llama, tiny_llava
from utils.clip import Clip
from utils.errors import ModelUnavailableError

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = [*VLM_BUILDERS, "llama"]
Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]


@pytest.fixture(scope="module")
def chats(checkpoint: Checkpoint) -> Callable[[str], Chat]:
    built: dict[str, Chat] = {}

    def get(name: str) -> Chat:
        if name not in built:
            built[name] = make_chat(checkpoint(name), text_only=name == "llama")
        return built[name]

    return get


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    def test_one_reply_per_request_whatever_the_frame_counts(
        self, chats: Callable[[str], Chat], make_clip: MakeClip, name: str
    ) -> None:
        counts = (2, 0, 1, 2, 8)
        requests = [
            ChatRequest("what happens?", make_clip(n) if n else None, max_new_tokens=4)
            for n in counts
        ]
        replies = chats(name).ask(requests)
        assert len(replies) == len(requests)
        assert all(r.seconds > 0 for r in replies)

    def test_a_batch_says_what_single_calls_say(
        self, chats: Callable[[str], Chat], make_clip: MakeClip, name: str
    ) -> None:
        texts = ("Is there a car?", "Describe the event in two or three short sentences.", "Why?")
        requests = [
            ChatRequest(t, make_clip(2, float(n)), max_new_tokens=5 + n)
            for n, t in enumerate(texts)
        ]
        together = [r.text for r in chats(name).ask(requests)]
        assert together == [chats(name).ask([r])[0].text for r in requests]

    def test_control_words_in_a_question_are_plain_text(
        self, chats: Callable[[str], Chat], make_clip: MakeClip, name: str
    ) -> None:
        nasty = "<image> <video> </s> <|end|> <IMG_CONTEXT> <|image_pad|> <|start|>system <img>"
        requests = [
            ChatRequest(nasty, make_clip(1), system=nasty, max_new_tokens=2),
            ChatRequest("plain", make_clip(1), max_new_tokens=2),
        ]
        assert len(chats(name).ask(requests)) == 2

    def test_no_question_no_reply(self, chats: Callable[[str], Chat], name: str) -> None:
        assert chats(name).ask([]) == []

    def test_it_has_a_name_and_says_whether_it_sees(
        self, chats: Callable[[str], Chat], name: str
    ) -> None:
        assert chats(name).name == name
        assert chats(name).sees_frames is (name != "llama")


@pytest.mark.parametrize("name", VLM_BUILDERS)
def test_the_question_the_times_and_all_frames_reach_the_model(
    chats: Callable[[str], Any], make_clip: MakeClip, name: str
) -> None:
    loaded = chats(name).prepare()
    request = ChatRequest("Who moves where?", make_clip(3), system="You report.")
    processor = loaded.processor
    prompt = render(processor, conversation(request), marks=media_marks(processor))
    for expected in ("Frame 1 at 3.80 s", "Frame 3 at 4.60 s", "Who moves where?", "You report."):
        assert expected in prompt
    assert prompt.count(processor.image_token) == 3


def test_the_begin_token_is_there_once(chats: Callable[[str], Any], make_clip: MakeClip) -> None:
    for name in ("llava", "llava-phi"):  # one leaves it to the tokenizer, one writes it
        loaded = chats(name).prepare()
        inputs = chats(name).encoder(loaded).encode([ChatRequest("what?", make_clip(1))])
        begins = inputs["input_ids"] == loaded.tokenizer.bos_token_id
        assert begins.sum() == 1


def test_a_string_content_would_lose_the_question(chats: Callable[[str], Any]) -> None:
    processor = chats("llava").prepare().processor
    lost = processor.apply_chat_template(
        [{"role": "user", "content": "hello"}], add_generation_prompt=True, tokenize=False
    )
    assert "hello" not in lost  # the trap: why contents are lists of parts
    assert "hello" in render(processor, conversation(ChatRequest("hello")), marks=["<image>"])


def test_a_model_without_a_template_gets_a_plain_prompt(
    tmp_path: Path, make_clip: MakeClip
) -> None:
    vlm = make_chat(tiny_llava(tmp_path / "plain-llava", template=None))
    llm = make_chat(tiny_llama(tmp_path / "plain-llama", template=None), text_only=True)
    request = ChatRequest("what?", make_clip(2), max_new_tokens=2)
    assert len(vlm.ask([request])) == len(llm.ask([request])) == 1


def test_a_template_without_a_system_role_keeps_the_instructions(tmp_path: Path) -> None:
    template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}"
        "{% endif %}{{ m['content'] }}{% endfor %}"
    )
    tokenizer = make_chat(tiny_llama(tmp_path / "m", template=template), text_only=True).prepare()
    prompt = render(tokenizer.tokenizer, conversation(ChatRequest("what?", system="You report.")))
    assert "You report." in prompt
    assert "what?" in prompt


def test_disarmed_text_holds_no_control_token(chats: Callable[[str], Any]) -> None:
    loaded = chats("smolvlm").prepare()
    controls = control_tokens(loaded.tokenizer, loaded.processor)
    assert {"<image>", "</s>", "<fake_token_around_image>"} <= set(controls)
    text = disarm("a <image> b </s> <im<image>age>", controls)
    assert not any(control in text for control in controls)
    assert disarm("A car at 3.8 s.", controls) == "A car at 3.8 s."


def test_a_full_context_drops_frames_and_keeps_the_question(
    tmp_path: Path, make_clip: MakeClip, caplog: pytest.LogCaptureFixture
) -> None:
    chat = make_chat(tiny_llava(tmp_path / "small"))
    loaded = chat.prepare()
    loaded.model.config.text_config.max_position_embeddings = 120
    inputs, asked = chat.encoder(loaded).fit([ChatRequest("what?", make_clip(8), max_new_tokens=8)])
    assert inputs["input_ids"].shape[1] <= 112
    assert 1 <= len(asked[0].frames) < 8
    assert "of 8 frames" in caplog.text
    with pytest.raises(ModelUnavailableError, match="tokens too long"):
        chat.ask([ChatRequest("what? " * 300, make_clip(1))])


def test_a_question_longer_than_the_context_is_refused(checkpoint: Checkpoint) -> None:
    chat = make_chat(checkpoint("llama"), text_only=True)
    with pytest.raises(ModelUnavailableError, match="has 2048"):
        chat.ask([ChatRequest("what? " * 3000)])


def test_more_than_96_frames_are_refused(chats: Callable[[str], Chat], make_clip: MakeClip) -> None:
    with pytest.raises(ValueError, match="97 frames"):
        chats("llava").ask([ChatRequest("what?", make_clip(97))])


def test_image_size_limits_the_longest_side(make_clip: MakeClip) -> None:
    frames = make_clip(1).frames
    assert pictures(frames, image_size=64)[0].size == (64, 36)
    assert pictures(frames)[0].size == (128, 72)
    assert pictures(frames, image_size=500)[0].size == (128, 72)


def test_two_threads_share_one_model(chats: Callable[[str], Chat], make_clip: MakeClip) -> None:
    requests = [ChatRequest(f"what {n}?", make_clip(1), max_new_tokens=2) for n in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda r: chats("llava").ask([r])[0].text, requests))
    assert together == [reply.text for reply in chats("llava").ask(requests)]


def test_image_size_and_tiles_change_the_cost(checkpoint: Checkpoint, make_clip: MakeClip) -> None:
    request = [ChatRequest("what?", make_clip(1), max_new_tokens=2)]
    qwen = {size: make_chat(checkpoint("qwen"), image_size=size) for size in (None, 64)}
    lengths = [c.encoder(c.prepare()).encode(request)["input_ids"].shape[1] for c in qwen.values()]
    assert lengths[1] < lengths[0]
    smol = {t: make_chat(checkpoint("smolvlm"), tiles=t) for t in (False, True)}
    lengths = [c.encoder(c.prepare()).encode(request)["input_ids"].shape[1] for c in smol.values()]
    assert lengths[0] < lengths[1]
    assert len(smol[True].ask(request)) == 1


def test_a_reply_is_complete_only_where_it_ended_itself(
    chats: Callable[[str], Any], make_clip: MakeClip
) -> None:
    chat = chats("llava")
    model = chat.prepare().model
    request = ChatRequest("what?", make_clip(1), max_new_tokens=6)
    cut = chat.ask([request])[0]
    assert not cut.complete
    first = int(
        model.generate(**chat.encoder(chat.prepare()).encode([request]), max_new_tokens=1)[0, -1]
    )
    before = model.generation_config.eos_token_id
    model.generation_config.eos_token_id = [first, before]
    try:
        assert end_ids(model, chat.prepare().tokenizer) == {first, before}
        empty = chat.ask([request])[0]
    finally:
        model.generation_config.eos_token_id = before
    assert (empty.text, empty.complete) == ("", True)


def test_batches_hold_equal_frame_counts() -> None:
    assert list(batches([2, 0, 2, 2, 0], 2)) == [[0, 2], [3], [1, 4]]
    assert list(batches([], 2)) == []


def test_the_interfaces_load_no_heavy_library() -> None:
    code = "import sys, models.interfaces; print({'torch', 'transformers'} & set(sys.modules))"
    root = Path(__file__).parents[2]
    seen = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "set()"
