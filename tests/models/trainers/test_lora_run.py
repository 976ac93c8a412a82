"""A fine-tuning run from question files: what it says, writes, and does the second time."""

import csv
import json
from pathlib import Path

import pytest

import train
from tests.models.trainers.lora_factory import drawn_clips
from tests.tiny_models import tiny_smolvlm


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Question files: a crash and a drive in train and val."""
    clips = drawn_clips(tmp_path)
    for split in ("train", "val"):
        lines = [
            {"video": c.path.name, "text": "crash?", "label": int(c.kind == "crash")}
            for c in clips
            if c.split == split
        ]
        path = tmp_path / f"{split}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_the_same_rows_and_epochs_are_trained_once_and_then_answered(
    dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, run = tiny_smolvlm(dataset / "model"), dataset / "run"
    command = ["--profile", "crash_risk_smolvlm2", "--device", "cpu"]
    for name, value in {
        "data.train_annotations": dataset,
        "describer.model": model,
        "fine_tuning.max_frames": 2,
        "training.num_epochs": 1,
        "training.validate_every": 1,
        "training.output_dir": run,
        "training.log_dir": dataset / "logs",
    }.items():
        command += ["--set", f"{name}={value}"]
    assert train.main(command) == 0
    said = capsys.readouterr().out
    assert "14 layers adapted" in said
    assert "base_log_loss" in said
    with (run / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["file_name"] for row in rows] == ["val-crash.mp4", "val-normal.mp4"]
    assert all(int(row["risk"]) == (float(row["score"]) >= 0.5) for row in rows)
    (run / "predictions.csv").unlink()
    assert train.main(command) == 0
    assert "already trained on these rows: no training" in capsys.readouterr().out
    assert (run / "predictions.csv").is_file()
    assert train.main([*command, "--set", "training.num_epochs=2"]) == 0
    assert "already trained" not in capsys.readouterr().out
