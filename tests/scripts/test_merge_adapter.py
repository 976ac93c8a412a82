"""The merge command: the merged model answers as base and adapter together."""

from pathlib import Path

import pytest

from models.chats.transformers_vlm import TransformersVlmChat
from models.trainers.lora_batch import question
from scripts.merge_adapter import main
from tests.models.trainers.lora_factory import held_out, lora_trainer
from tests.tiny_chats import make_chat
from tests.tiny_models import tiny_llava
from utils.answers import YesNo


def test_a_merged_model_answers_as_base_and_adapter_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tiny_llava(tmp_path / "base")
    trainer = lora_trainer(tmp_path, base)
    trainer.fit()
    adapter, merged = tmp_path / "run" / "final", tmp_path / "merged"
    assert main([str(adapter), str(merged), "--base", str(base)]) == 0
    chats: list[TransformersVlmChat] = [make_chat(base, adapter=str(adapter)), make_chat(merged)]
    requests = [question(shown, YesNo.choices) for shown in held_out(trainer)]
    both = [[reply.choice_scores[0] for reply in chat.ask(requests)] for chat in chats]
    assert both[0] == pytest.approx(both[1], abs=1e-4)
    assert main([str(adapter), str(merged), "--base", str(base)]) == 2
    assert "exists" in capsys.readouterr().err
