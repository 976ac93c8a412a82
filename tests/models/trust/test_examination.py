"""The command on a tiny checkpoint and drawn videos: files, exit codes, choice of clips."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import trust as entry
from models.trust.examination import choose_clips
from tests.models.trigger_factory import tiny_header, tiny_model
from tests.video_factory import VideoPlan, write_video
from utils.settings import Settings
from utils.trust_report import TrustReport


@pytest.fixture
def corpus(tmp_path, one_thread):
    """A tiny checkpoint, one training video and one held-out crash; the --set flags for them."""
    tiny_model().save(tmp_path / "tiny", tiny_header(), {})
    flags = []
    contact = [{"timestamp": 4.0, "label": "crash"}]
    for split, frames, triggers in (("train", 50, []), ("val", 60, contact)):
        write_video(tmp_path / f"{split}.mp4", VideoPlan(frames=frames, rate=Fraction(10)))
        video = {"video_path": f"{split}.mp4", "triggers": triggers}
        (tmp_path / f"{split}.json").write_text(json.dumps({"videos": [video]}))
        for key, value in (("annotations", tmp_path / f"{split}.json"), ("video_dir", tmp_path)):
            flags += ["--set", f"data.{split}_{key}={value}"]
    return flags


def test_the_command_writes_the_page_and_ends_with_plain_words(corpus, tmp_path, capsys):
    output = tmp_path / "out"
    flags = ["--checkpoint", str(tmp_path / "tiny"), "--output", str(output), *corpus]
    assert entry.main(flags) == 0
    report = TrustReport.model_validate_json((output / "trust.json").read_text())
    assert report.checkpoint == "tiny"
    assert "1 held-out clips (1 crashes" in report.footage
    assert (output / "trust.html").is_file()
    lines = capsys.readouterr().out.splitlines()
    assert "Do not rely on it ..." in lines
    assert lines[-1].startswith("wrote ")


def test_a_missing_checkpoint_is_one_line_and_exit_code_2(tmp_path, capsys):
    assert entry.main(["--checkpoint", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_held_out_clips_of_every_corpus_are_chosen(data_dir):
    clips = choose_clips(Settings(), str(data_dir))
    held_out = [c for c in clips if c.split != "train"]
    assert {c.dataset for c in held_out} == {"drives", "cadp"}
    assert len({Path(c.path) for c in clips}) == len(clips)
    assert len(held_out) <= 60
    assert len(clips) - len(held_out) <= 100
