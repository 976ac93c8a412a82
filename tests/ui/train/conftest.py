"""A small world with made-up commands for each test; the clips are drawn once."""

import shutil

import pytest

from tests.ui.train.small_app import make_training, write_clips, write_project
from tests.waiting import wait_until
from utils.metrics.evaluation import Evaluation, Figure, FigureRow, ProtocolResult, ScorerEntry


def figures(auc, alarms):
    """A row of two figures, each (value, low, high)."""
    return (
        Figure(
            **dict(zip(("name", "value", "low", "high"), ("within_clip_auc", *auc), strict=True))
        ),
        Figure(
            **dict(
                zip(
                    ("name", "value", "low", "high"),
                    ("false_alarms_per_hour", *alarms),
                    strict=True,
                )
            )
        ),
    )


def make_evaluation():
    """The new checkpoint ranks better and alarms more."""
    rows = {
        "default": figures((0.8, 0.7, 0.9), (5.0, 2.0, 9.0)),
        "best": figures((0.9, 0.8, 1.0), (9.0, 5.0, 12.0)),
    }
    change = figures((0.1, 0.02, 0.2), (4.0, 1.0, 6.0))
    result = {name: row[:1] for name, row in rows.items()}
    events = {name: row[1:] for name, row in rows.items()}
    return Evaluation(
        split="val",
        clips=20,
        bootstrap_rounds=1000,
        seed=0,
        scorers=tuple(
            ScorerEntry(
                name=n, kind="checkpoint", threshold=0.3, clip_threshold=0.3, look_ahead_s=0
            )
            for n in rows
        ),
        protocols=tuple(
            ProtocolResult(
                protocol=protocol,
                crash_clips=11,
                near_miss_clips=0,
                normal_clips=9,
                rows=tuple(FigureRow(scorer=n, figures=f) for n, f in own.items()),
                differences=(FigureRow(scorer="best", figures=difference),),
            )
            for protocol, own, difference in (
                ("drives", result, change[:1]),
                ("events", events, change[1:]),
            )
        ),
    )


@pytest.fixture(scope="session")
def drawn_clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    write_clips(folder)
    return folder


@pytest.fixture
def folder(drawn_clips, tmp_path):
    """Clips, labels and a checkpoint in use."""
    folder = tmp_path / "app"
    shutil.copytree(drawn_clips, folder)
    default = folder / "checkpoints" / "default"
    default.mkdir(parents=True)
    (default / "model.safetensors").write_bytes(b"weights")
    (default / "config.yaml").write_text(
        "threshold: 0.4\nmodel: {members: 2}\ntraining: {num_epochs: 3, learning_rate: 0.01}\n"
    )
    return folder


@pytest.fixture
def training(folder, tmp_path):
    project = write_project(tmp_path / "project", make_evaluation().model_dump_json())
    training = make_training(folder, project)
    yield training
    for run in training.context.commands.runs():
        training.context.commands.stop(run.id)
        wait_until(lambda run=run: training.context.commands.find(run.id).state != "running")
    training.context.jobs.close()
