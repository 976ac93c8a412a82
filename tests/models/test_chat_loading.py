"""Loading a chat's model: number types, and every folder or machine on which it cannot run."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from models.chats.generation import memory_advice
from models.chats.weights import parameter_count
from models.interfaces import ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import tiny_llama
from utils.clip import Clip
from utils.errors import ConfigError, ModelUnavailableError

pytestmark = pytest.mark.usefixtures("one_thread")

Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_it_runs_in_each_number_type(
    checkpoint: Checkpoint, make_clip: MakeClip, dtype: str
) -> None:
    chat = make_chat(checkpoint("llava"), dtype=dtype)
    assert len(chat.ask([ChatRequest("what?", make_clip(1), max_new_tokens=2)])) == 1
    assert chat.prepare().model.dtype == getattr(torch, dtype)


def test_an_unknown_number_type_is_a_settings_error(checkpoint: Checkpoint) -> None:
    with pytest.raises(ConfigError, match="float7"):
        make_chat(checkpoint("llava"), dtype="float7").prepare()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_running_out_of_memory_says_what_to_lower(error: BaseException) -> None:
    with pytest.raises(ModelUnavailableError, match=r"batch_size.*llava_image_size"):
        with memory_advice("llava", 4, 3000):
            raise error


def test_other_runtime_errors_stay_bugs() -> None:
    with pytest.raises(RuntimeError, match="mat1"):
        with memory_advice("llava", 4, 3000):
            raise RuntimeError("mat1 and mat2 shapes")


def test_a_text_model_given_as_vision_model_is_explained(checkpoint: Checkpoint) -> None:
    with pytest.raises(ModelUnavailableError, match="llama"):
        make_chat(checkpoint("llama")).prepare()


def test_weights_that_would_stay_random_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tiny_llama(tmp_path / "half")
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.norm.weight")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnavailableError, match=r"model\.norm\.weight"):
        make_chat(folder, text_only=True).prepare()


@pytest.mark.parametrize("damage", [lambda b: b[:-100], lambda b: b"\xff" * 64, lambda b: b""])
def test_a_damaged_file_is_explained(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = tiny_llama(tmp_path / "cut")
    weights = folder / "model.safetensors"
    weights.write_bytes(damage(weights.read_bytes()))
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        make_chat(folder, text_only=True).prepare()


def test_a_model_larger_than_the_memory_is_refused_before_loading(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.chats.hardware.free_bytes", lambda device: 1000)
    with pytest.raises(ModelUnavailableError, match=r"needs .* GB in float32 but cpu has"):
        make_chat(checkpoint("llava")).prepare()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_an_absent_gpu_is_named(checkpoint: Checkpoint) -> None:
    with pytest.raises(ModelUnavailableError, match="no CUDA GPU"):
        make_chat(checkpoint("llava"), device="cuda").prepare()


def test_a_vision_model_in_eight_bits_answers_and_chooses(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    pytest.importorskip("bitsandbytes")
    chat = make_chat(checkpoint("smolvlm"), quantization="8bit")
    replies = chat.ask(
        [
            ChatRequest("what?", make_clip(1), max_new_tokens=2),
            ChatRequest("crash?", make_clip(2), choices=("Yes", "No")),
        ]
    )
    assert replies[1].text in ("Yes", "No")
    assert "Linear8bitLt" in {type(module).__name__ for module in chat.prepare().model.modules()}


def test_a_model_in_four_bits_answers(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    folder = tiny_llama(tmp_path / "wide", width=64)  # blocks of 64 numbers share a scale
    chat = make_chat(folder, text_only=True, quantization="4bit")
    assert len(chat.ask([ChatRequest("what?", max_new_tokens=2)])) == 1
    assert "Linear4bit" in {type(module).__name__ for module in chat.prepare().model.modules()}


def test_quantization_without_its_library_says_how_to_install_it(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.chats.quantization.find_spec", lambda name: None)
    with pytest.raises(ModelUnavailableError, match="pip install bitsandbytes=="):
        make_chat(checkpoint("llava"), quantization="4bit").prepare()


def test_fewer_bits_need_less_memory(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("bitsandbytes")
    numbers = parameter_count(checkpoint("llava"))
    monkeypatch.setattr("models.chats.hardware.free_bytes", lambda device: 2 * numbers)
    with pytest.raises(ModelUnavailableError, match="GB in float32"):
        make_chat(checkpoint("llava")).prepare()
    make_chat(checkpoint("llava"), quantization="8bit").prepare()
