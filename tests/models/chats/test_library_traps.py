"""The nineteen traps of transformers 5.23 for vision-language models, each kept from coming back.

Those that cannot occur here, and why:
3. `load_in_8bit=` is refused: fewer bits go through a configuration (test_chat_loading).
7. Truncation cuts a picture's tokens: nothing is truncated, frames are left out (test_encoding).
12. Detectors of the DETR family with too few layers or odd sizes: no chat has one.
13. timm towers fail in LLaVA: which tower a model has is its checkpoint's choice, and a model that
    cannot run fails at its first question with the library's words.
14. `load_video` gives layouts that differ by backend: our own decoder reads every video.
16. `cache.crop` takes negative lengths only: a shared cache is copied, never cropped.
18. A LoRA expression that misses fused linears: hits are counted where adapters are made.
"""

import inspect
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
import transformers

from models.chats import encoding, generation, loading, reuse
from models.interfaces import ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import VLM_BUILDERS, tiny_llama
from utils.clip import Clip
from utils.errors import ModelUnavailableError

pytestmark = pytest.mark.usefixtures("one_thread")

Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]
KINDS = (1, 12)  # one picture; many frames


@pytest.mark.parametrize("name", VLM_BUILDERS)
def test_trap_1_one_auto_class_loads_every_family(checkpoint: Checkpoint, name: str) -> None:
    assert not hasattr(transformers, "AutoModelForVision2Seq")
    model = make_chat(checkpoint(name)).prepare().model
    assert type(model).__name__.endswith("ForConditionalGeneration")


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_trap_2_the_number_type_is_ours_not_the_files(tmp_path: Path, dtype: str) -> None:
    folder = tiny_llama(tmp_path / "m")
    half = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    half.save_pretrained(folder)
    chat = make_chat(folder, text_only=True, dtype=dtype)
    assert {p.dtype for p in chat.prepare().model.parameters()} == {getattr(torch, dtype)}


def test_trap_3_a_missing_folder_is_no_hub_name(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="no such model folder"):
        make_chat(tmp_path / "absent").prepare()


@pytest.mark.parametrize("name", VLM_BUILDERS)
def test_trap_4_a_saved_model_without_preprocessor_config_loads(
    checkpoint: Checkpoint, name: str
) -> None:
    assert not (checkpoint(name) / "preprocessor_config.json").exists()
    assert make_chat(checkpoint(name)).prepare().processor is not None


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("frames", [0, *KINDS])
def test_trap_5_the_question_is_not_dropped(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str, frames: int
) -> None:
    encoder = make_chat(checkpoint(name)).encoder(make_chat(checkpoint(name)).prepare())
    clip = make_clip(frames) if frames else None
    prompt = encoder.prompts([ChatRequest("Who moves where?", clip, system="You report.")])[0]
    assert "Who moves where?" in prompt
    assert "You report." in prompt


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("frames", KINDS)
def test_trap_6_marks_in_a_question_are_plain_text(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str, frames: int
) -> None:
    nasty = "<image> <video> <IMG_CONTEXT> <|image_pad|> <|video_pad|> <|end|> </s>"
    requests = [
        ChatRequest(nasty, make_clip(frames), system=nasty, max_new_tokens=2),
        ChatRequest("plain", make_clip(frames), max_new_tokens=2),
    ]
    assert len(make_chat(checkpoint(name)).ask(requests)) == 2


def test_trap_8_a_short_clip_keeps_all_frames_and_exact_times(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat = make_chat(checkpoint("smolvlm"))  # would show two frames of a clip of two seconds
    inputs = chat.encoder(chat.prepare()).encode([ChatRequest("what?", make_clip(6))])
    assert inputs["pixel_values"].shape[1] == 6
    text = chat.prepare().tokenizer.decode(inputs["input_ids"][0])
    assert all(f"Frame {n + 1} at {3.8 + 0.4 * n:.2f} s" in text for n in range(6))
    assert "00:00" not in text


def test_trap_9_internvl_gets_our_frames_with_their_seconds(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat = make_chat(checkpoint("internvl"))
    inputs = chat.encoder(chat.prepare()).encode([ChatRequest("what?", make_clip(12))])
    assert len(inputs["pixel_values"]) == 12
    assert "Frame 12 at 8.20 s" in chat.prepare().tokenizer.decode(inputs["input_ids"][0])


@pytest.mark.parametrize("name", ["videollama3", "qwen3"])
def test_trap_10_a_processor_that_samples_by_itself_leaves_our_frames_alone(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str
) -> None:
    chat = make_chat(checkpoint(name))
    chat.prepare().processor.video_processor.fps = 1
    inputs = chat.encoder(chat.prepare()).encode([ChatRequest("what?", make_clip(12))])
    per_step = 2 if name == "qwen3" else 1
    assert int(inputs["video_grid_thw"][:, 0].sum()) * per_step == 12


@pytest.fixture
def warnings_seen(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """What the library warns of during a test, its once-only warnings included."""
    logger = logging.getLogger("transformers")
    transformers.utils.logging.warning_once.cache_clear()
    logger.addHandler(caplog.handler)
    yield lambda: [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    logger.removeHandler(caplog.handler)


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("frames", KINDS)
def test_traps_11_15_and_19_nothing_is_warned_of(
    checkpoint: Checkpoint,
    make_clip: MakeClip,
    warnings_seen: Callable[[], list[str]],
    name: str,
    frames: int,
) -> None:
    chat, clip = make_chat(checkpoint(name)), make_clip(frames)
    chat.ask([ChatRequest("what?", clip, max_new_tokens=2)])
    chat.ask([ChatRequest(text, clip, max_new_tokens=2) for text in ("what?", "who?")])
    chat.ask([ChatRequest("crash?", clip, choices=("Yes", "a car stops"))])
    assert warnings_seen() == []


def test_trap_15_a_checkpoint_that_would_sample_answers_greedily_without_a_warning(
    tmp_path: Path, warnings_seen: Callable[[], list[str]]
) -> None:
    folder = tiny_llama(tmp_path / "m")
    sampling = {"do_sample": True, "temperature": 0.7, "top_p": 0.9, "top_k": 20}
    transformers.GenerationConfig(**sampling, eos_token_id=1).save_pretrained(folder)
    request = ChatRequest("what?", max_new_tokens=12)
    answers = {make_chat(folder, text_only=True).ask([request])[0].text for _ in range(3)}
    assert len(answers) == 1
    assert warnings_seen() == []


def test_traps_14_and_16_stay_out_of_the_code() -> None:
    source = "".join(inspect.getsource(m) for m in (encoding, generation, loading, reuse))
    assert "load_video" not in source
    assert ".crop(" not in source


def test_trap_17_weights_of_other_shapes_are_explained(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "m")
    config = folder / "config.json"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('"intermediate_size": 64', '"intermediate_size": 96'))
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        make_chat(folder, text_only=True).prepare()
