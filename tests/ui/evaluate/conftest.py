"""Calibrated checkpoints, and commands of a made-up project that write results told by hand."""

from dataclasses import replace

import pytest
import yaml

from tests.utils.test_calibration import make_calibration
from tests.utils.test_trust_page import make_finding, make_trust
from tests.waiting import wait_until
from ui.commands import Commands
from utils.metrics.evaluation import (
    Evaluation,
    Figure,
    FigureRow,
    ProtocolResult,
    ScorerEntry,
    SliceRow,
)

SCRIPT = """
import sys, time
from pathlib import Path
print(" ".join(sys.argv[1:]))
if "--wait" in sys.argv or "precrash" in sys.argv:
    time.sleep(600)
folder = Path(sys.argv[sys.argv.index("--output") + 1])
folder.mkdir(parents=True)
(folder / NAME).write_text(TEXT)
"""


def make_evaluation(**changes):
    """Two scorers by one protocol on 20 clips of val."""
    figures = (Figure(name="within_clip_auc", value=0.92, low=0.8, high=1.0),)
    baseline = (Figure(name="within_clip_auc", value=0.5, low=None, high=None),)
    result = ProtocolResult(
        protocol="drives",
        crash_clips=11,
        near_miss_clips=0,
        normal_clips=9,
        rows=(
            FigureRow(scorer="default", figures=figures),
            FigureRow(scorer="constant", figures=baseline),
        ),
        differences=(FigureRow(scorer="constant", figures=baseline),),
        slices=(
            SliceRow(key="view", value="ego", event_clips=2, normal_clips=5, figures=()),
        ),
    )  # fmt: skip
    scorers = tuple(
        ScorerEntry(
            name=name, kind=kind, threshold=threshold, clip_threshold=None, look_ahead_s=0.0
        )
        for name, kind, threshold in (
            ("default", "checkpoint", 0.41),
            ("constant", "baseline", None),
        )
    )
    values = {"split": "val", "clips": 20, "bootstrap_rounds": 1000, "seed": 0}
    rest = {"scorers": scorers, "protocols": (result,), "not_measured": ("protocol dota: no",)}
    return Evaluation(**(values | rest | changes))


def write_project(root):
    """Commands that say what they were given and write a result; some of them wait."""
    root.mkdir()
    trust = make_trust(make_finding("warn", "to see"), make_finding("fail", "to hear"))
    results = {
        "evaluate": ("metrics.json", make_evaluation().model_dump_json()),
        "trust": ("trust.json", trust.model_dump_json()),
        "calibrate": ("model.safetensors", "weights"),
    }
    for kind, (name, text) in results.items():
        script = SCRIPT.replace("NAME", repr(name)).replace("TEXT", repr(text))
        (root / f"{kind}.py").write_text(script)
    return root


def calibrate_checkpoint(folder):
    """Give a checkpoint folder a calibration."""
    calibration = make_calibration(crash_clips="clips of ours").model_dump(mode="json")
    text = yaml.safe_dump({"threshold": 0.41, "calibration": calibration})
    (folder / "config.yaml").write_text(text)


def ended(commands, run_id):
    """The run once it runs no more."""
    wait_until(lambda: commands.find(run_id).state != "running")
    return commands.find(run_id)


@pytest.fixture
def context(context, checkpoint_root, tmp_path):
    """The context with a calibrated default checkpoint and the made-up commands."""
    calibrate_checkpoint(checkpoint_root / "default")
    commands = Commands(tmp_path / "outputs" / "runs", write_project(tmp_path / "project"))
    yield replace(context, commands=commands)
    for run in commands.runs():
        commands.stop(run.id)
        ended(commands, run.id)
