"""What the README promises: its Python example, its commands and its links."""

import json
import re
import shlex
from pathlib import Path

import pytest

import app
import inference
import train
from utils.config import load_settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COLLISION_S = 8.0


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands(program: str) -> list[list[str]]:
    """The arguments of every shown call of a program."""
    lines = [line.split("#")[0] for block in blocks("bash") for line in block.splitlines()]
    calls = [line.split(f"{program} ", 1)[1] for line in lines if f"{program} " in line]
    return [shlex.split(call) for call in calls]


def test_the_first_command_finds_the_sample_clips_collision(tmp_path, monkeypatch, capsys):
    (arguments,) = [c for c in commands("inference.py") if "assets/sample.mp4" in c]
    monkeypatch.chdir(ROOT)
    output = tmp_path / "analysis.json"
    assert inference.main([*arguments, "--output", str(output)]) == 0
    report = json.loads(output.read_text(encoding="utf-8"))
    assert report["num_triggers_detected"] == 1
    assert report["triggers"][0]["timestamp"] == pytest.approx(COLLISION_S, abs=0.5)
    assert report["triggers"][0]["analysis"]
    assert report["counts"]["frames_described"] < report["counts"]["frames_sampled"] / 4
    assert {p.suffix for p in tmp_path.iterdir()} >= {".json", ".html", ".csv", ".srt", ".wav"}
    assert list((tmp_path / "analysis_files").glob("*.mp4"))
    assert report["video_summary"] in capsys.readouterr().out


def test_the_python_example_runs(monkeypatch, capsys):
    (example,) = blocks("python")
    monkeypatch.chdir(ROOT)
    exec(compile(example, "README.md", "exec"), {})
    count, times = capsys.readouterr().out.strip().split(" ", 1)
    assert int(count) >= 1
    assert any(abs(t - COLLISION_S) < 1.0 for t in json.loads(times))


@pytest.mark.parametrize("program", [inference, app, train])
def test_every_shown_command_is_understood(program):
    name = f"{Path(program.__file__).name}"
    for arguments in commands(name):
        args = program.parse_arguments(arguments)
        load_settings(None, profile=args.profile, assignments=args.assignments)


def test_links_lead_to_files():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_top_level_file_is_in_the_tree():
    tree = README.split("## Files")[1].split("```")[1]
    names = {p.name for p in ROOT.iterdir() if not p.name.startswith((".", "__"))}
    generated = {"outputs", "logs", "build", "dist", "nearmiss.egg-info"}
    assert {name for name in names - generated if name not in tree} == set()
