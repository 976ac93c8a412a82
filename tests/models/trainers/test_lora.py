"""Fine-tuning tiny models of every architecture: what learns, what is written, what comes back."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from models.adapters import ADAPTER_FILE, ADAPTER_HEADER_FILE, read_header
from models.chats.classifier_chat import ClassifierChat
from models.chats.loading import TransformersChatSettings
from models.chats.transformers_vlm import TransformersVlmChat
from models.interfaces import ChatRequest
from models.trainers.lora import LoraTrainer
from models.trainers.lora_batch import encode_row, question
from models.trainers.lora_model import answer_logits, tuned_model
from models.trainers.lora_run import row_data
from models.trainers.lora_validation import risk_of
from models.trainers.resume import ResumeFacts, TrainingState
from tests.models.trainers.lora_factory import drawn_clips, held_out, lora_settings, lora_trainer
from tests.tiny_models import VLM_BUILDERS
from utils.answers import YesNo
from utils.errors import AnnotationError, CheckpointError, ModelUnavailableError

ARCHITECTURES = (
    "llava",
    "llava-next",
    "llava-next-video",
    "onevision",
    "smolvlm",
    "internvl",
    "videollama3",
    "qwen",
    "qwen3",
)
SHORT = {"training": {"num_epochs": 4, "validate_every": 2}}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every architecture's tiny checkpoint, made when it is asked for."""
    return tmp_path_factory.mktemp("checkpoints")


def model_of(name: str, checkpoints: Path) -> Path:
    folder = checkpoints / name
    return folder if folder.is_dir() else VLM_BUILDERS[name](folder)


def chat_of(trainer: LoraTrainer, folder: Path, kind: type = TransformersVlmChat):
    base = trainer.settings.describer.model
    return kind(TransformersChatSettings(base, "cpu", "float32", adapter=str(folder)))


def risks(chat: TransformersVlmChat, trainer: LoraTrainer) -> list[float]:
    requests = [question(shown, YesNo.choices) for shown in held_out(trainer)]
    return [reply.choice_scores[0] for reply in chat.ask(requests)]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_model_is_asked_taught_saved_loaded_and_asked_again(
    name: str, tmp_path: Path, checkpoints: Path
) -> None:
    trainer = lora_trainer(tmp_path, model_of(name, checkpoints))
    before = [risk_of(trainer.tuned, shown) for shown in held_out(trainer)]
    metrics = trainer.fit()
    assert metrics["base_exact"] == 0.0
    assert metrics["exact"] == 1.0
    assert metrics["log_loss"] < metrics["base_log_loss"] - 0.4
    crash, drive = after = [risk_of(trainer.tuned, shown) for shown in held_out(trainer)]
    assert crash > 0.5 > drive
    assert crash - drive > before[0] - before[1] + 0.05
    loaded = risks(chat_of(trainer, tmp_path / "run" / "final"), trainer)
    assert loaded == pytest.approx(after, abs=1e-5)


def test_only_lora_layers_and_the_projector_are_written(tmp_path: Path, checkpoints: Path) -> None:
    trainer = lora_trainer(tmp_path, model_of("qwen", checkpoints), **SHORT)
    trainer.fit()
    final = tmp_path / "run" / "final"
    names = set(load_file(final / ADAPTER_FILE))
    assert len(names) == 2 * 2 * 7 + 5  # two matrices beside seven layers of two blocks; the merger
    assert {n for n in names if "visual" in n} == {n for n in names if "visual.merger" in n}
    header = (final / ADAPTER_HEADER_FILE).read_text()
    assert read_header(final).base == "qwen"
    assert str(tmp_path) not in header
    assert str(checkpoints) not in header


def test_an_adapter_s_layers_keep_full_precision_beside_a_model_in_half(
    tmp_path: Path, checkpoints: Path
) -> None:
    trainer = lora_trainer(tmp_path, model_of("internvl", checkpoints))
    trainer.fit()
    base, final = trainer.settings.describer.model, str(tmp_path / "run" / "final")
    half = TransformersVlmChat(TransformersChatSettings(base, "cpu", "bfloat16", adapter=final))
    parts = half.prepare().model.named_parameters()
    assert {p.dtype for name, p in parts if ".lora_" in name} == {torch.float32}
    whole = [risk_of(trainer.tuned, shown) for shown in held_out(trainer)]
    assert risks(half, trainer) == pytest.approx(whole, abs=0.01)
    assert half.name == "internvl + run/final"


def test_a_model_held_in_eight_bits_is_taught_and_loaded(tmp_path: Path, checkpoints: Path) -> None:
    pytest.importorskip("bitsandbytes")
    settings = lora_settings(tmp_path, model_of("llava", checkpoints))
    small = settings.describer.model_copy(update={"quantization": "8bit"})
    settings = settings.model_copy(update={"describer": small})
    data = row_data(drawn_clips(tmp_path), settings)
    trainer = LoraTrainer(tuned_model(settings), data, settings)
    assert trainer.fit()["exact"] == 1.0
    chosen = TransformersChatSettings(small.model, "cpu", "float32", quantization="8bit")
    chat = TransformersVlmChat(replace(chosen, adapter=str(tmp_path / "run" / "final")))
    after = [risk_of(trainer.tuned, shown) for shown in held_out(trainer)]
    assert risks(chat, trainer) == pytest.approx(after, abs=1e-3)


def test_the_answers_before_and_after_stand_on_the_board(tmp_path: Path, checkpoints: Path) -> None:
    trainer = lora_trainer(tmp_path, model_of("smolvlm", checkpoints))
    trainer.fit()
    found = EventAccumulator(str(tmp_path / "logs"), size_guidance={"tensors": 0}).Reload()
    written = found.Tensors("answers/1/text_summary")
    before, after = (w.tensor_proto.string_val[0].decode() for w in (written[0], written[-1]))
    assert written[0].step == 0
    assert "- right: Yes" in before
    assert before != after
    assert "- model: Yes" in after
    assert [s.step for s in found.Scalars("val/log_loss")] == [0, 24]


def test_a_resumed_run_ends_bit_equal(
    tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of("llava", checkpoints)
    more = {
        "training": {"num_epochs": 4, "validate_every": 1, "resume_every_steps": 1},
        "fine_tuning": {"tasks": ["crash_risk", "crash_localization"], "lora": {"dropout": 0.3}},
    }
    save = TrainingState.save

    def copied(state: TrainingState, facts: ResumeFacts) -> None:
        save(state, facts)
        shutil.copytree(state.folder, tmp_path / f"cut-{facts.step}", dirs_exist_ok=True)

    with monkeypatch.context() as patch:
        patch.setattr(TrainingState, "save", copied)
        whole = lora_trainer(tmp_path, model, **more)
        expected = whole.fit()
    assert whole.schedule.total_steps > 4
    for step in (1, 5):
        cut = tmp_path / f"cut-{step}"
        changed = {**more, "training": {**more["training"], "output_dir": str(cut)}}
        assert lora_trainer(tmp_path, model, **changed).fit(resume=True) == expected
        for name in ("final", "best"):
            ours, theirs = (load_file(f / name / ADAPTER_FILE) for f in (cut, tmp_path / "run"))
            assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


def test_another_base_cannot_be_resumed_with(tmp_path: Path, checkpoints: Path) -> None:
    lora_trainer(tmp_path, model_of("llava", checkpoints), **SHORT).fit()
    other = lora_trainer(tmp_path, model_of("smolvlm", checkpoints), **SHORT)
    with pytest.raises(CheckpointError, match="base model"):
        other.fit(resume=True)


def test_a_classifier_learns_and_answers_yes_or_no_alone(tmp_path: Path, checkpoints: Path) -> None:
    model = model_of("smolvlm", checkpoints)
    trainer = lora_trainer(tmp_path, model, fine_tuning={"answers": "classifier"})
    metrics = trainer.fit()
    assert metrics["log_loss"] < metrics["base_log_loss"]
    assert metrics["exact"] == 1.0
    folder = tmp_path / "run" / "final"
    chat = chat_of(trainer, folder, ClassifierChat)
    now = [risk_of(trainer.tuned, shown) for shown in held_out(trainer)]
    assert risks(chat, trainer) == pytest.approx(now, abs=1e-5)
    with pytest.raises(ModelUnavailableError, match="yes or no and nothing else"):
        chat.ask([ChatRequest("What is it?")])


@pytest.mark.parametrize("name", ["llava", "smolvlm", "internvl", "qwen", "videollama3"])
@torch.no_grad()
def test_only_the_answer_is_supervised_behind_the_prompt_as_it_is_asked(
    name: str, tmp_path: Path, checkpoints: Path
) -> None:
    tuned = lora_trainer(tmp_path, model_of(name, checkpoints)).tuned
    trainer = lora_trainer(tmp_path, model_of(name, checkpoints))
    shown = held_out(trainer)[0]
    row = encode_row(tuned.encoder, shown, "Yes")
    ids = row.inputs["input_ids"][0]
    asked = tuned.encoder.encode([question(shown)])["input_ids"][0]
    assert torch.equal(ids[: -row.answer_tokens], asked)
    answer = tuned.loaded.tokenizer.decode(ids[-row.answer_tokens : -1])
    assert answer.strip() == "Yes"
    labels = torch.full_like(ids, -100)
    labels[-row.answer_tokens :] = row.targets
    own = tuned.loaded.model(**row.inputs, labels=labels[None]).loss
    ours = torch.nn.functional.cross_entropy(answer_logits(tuned.loaded.model, row), row.targets)
    assert float(ours) == pytest.approx(float(own), rel=1e-5)


def test_control_words_in_an_answer_are_plain_text(tmp_path: Path, checkpoints: Path) -> None:
    trainer = lora_trainer(tmp_path, model_of("llava", checkpoints))
    shown, image = held_out(trainer)[0], trainer.tuned.loaded.tokenizer.image_token_id
    row = encode_row(trainer.tuned.encoder, shown, "a <image> </s> b")
    assert image not in row.targets.tolist()
    assert row.answer_tokens > 4


def test_gradient_checkpointing_changes_no_weight(tmp_path: Path, checkpoints: Path) -> None:
    model = model_of("llava", checkpoints)
    both = []
    for name, on in (("on", True), ("off", False)):
        training = {"num_epochs": 1, "gradient_checkpointing": on}
        more = {"output_dir": str(tmp_path / name)}
        trainer = lora_trainer(tmp_path, model, training={**training, **more})
        trainer.fit()
        both.append(load_file(tmp_path / name / "final" / ADAPTER_FILE))
    for key, value in both[0].items():
        torch.testing.assert_close(value, both[1][key])


def test_labels_that_answer_nothing_are_told(tmp_path: Path, checkpoints: Path) -> None:
    model = model_of("llava", checkpoints)
    with pytest.raises(AnnotationError, match="answers metadata"):
        lora_trainer(tmp_path, model, fine_tuning={"tasks": ["metadata"]})
