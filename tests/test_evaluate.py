"""evaluate.py: figures that are known, files that are written, errors in one line."""

import csv
import json
from pathlib import Path

import pytest

import evaluate
from models.evaluation.track_cache import TrackCache
from models.triggers.network import NetworkTrigger
from tests.scored_clips import scored_clip
from utils.config import REPO_ROOT
from utils.datasets.annotations import write_annotations
from utils.datasets.corpus import read_corpus
from utils.metrics import comparison
from utils.metrics.comparison import compare
from utils.metrics.evaluation import Evaluation
from utils.metrics.scorer import Scorer
from utils.settings import DataSettings, EventSettings
from utils.writers.evaluation_table import evaluation_text

DEFAULT = REPO_ROOT / "checkpoints" / "default"


@pytest.fixture
def labelled(tmp_path: Path) -> list[str]:
    """Flags that name five labelled crash clips and five normal ones (their videos are empty)."""
    clips = [
        scored_clip("crash", [0.0], 10.0 + n, group=str(tmp_path / f"crash{n}")).clip
        for n in range(5)
    ]
    clips += [
        scored_clip("normal", [0.0], group=str(tmp_path / f"normal{n}")).clip for n in range(5)
    ]
    for number, clip in enumerate(clips):
        clip.path.write_bytes(bytes([number]))
    labels = tmp_path / "labels.json"
    write_annotations(labels, clips)
    return [f"--set=data.train_annotations={labels}", f"--set=data.train_video_dir={tmp_path}"]


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch) -> None:
    """Intervals are not what is tested here."""
    monkeypatch.setattr(comparison, "ROUNDS", 40)


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Scores of these clips, one a second for 30 s: high from each contact on, else low."""
    path = tmp_path / "perfect.csv"
    rows = [
        (f"{kind}{n}", t, 0.9 if kind == "crash" and 10 + n <= t <= 12 + n else 0.1)
        for kind in ("crash", "normal")
        for n in range(5)
        for t in range(30)
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("clip", "time_s", "score"), *rows])
    return path


def figures(folder: Path, protocol: str, scorer: str) -> dict[str, float | None]:
    found = Evaluation.model_validate_json((folder / "metrics.json").read_text())
    (part,) = [p for p in found.protocols if p.protocol == protocol]
    (row,) = [r for r in part.rows if r.scorer == scorer]
    return {figure.name: figure.value for figure in row.figures}


def test_perfect_scores_of_somebody_else(labelled, scores, tmp_path, capsys) -> None:
    output = tmp_path / "out"
    flags = [*labelled, "--split", "train", "--scores", str(scores), "--output", str(output)]
    assert evaluate.main(flags) == 0
    assert figures(output, "drives", "perfect")["within_clip_auc"] == 1.0
    assert figures(output, "drives", "perfect")["recall_at_10_per_hour"] == 1.0
    assert figures(output, "drives", "constant")["within_clip_auc"] == 0.5
    assert figures(output, "drives", "position in the clip")["within_clip_auc"] == 1.0
    assert figures(output, "clip", "perfect")["f1"] == 1.0
    assert figures(output, "events", "perfect")["event_precision"] == 1.0
    names = {path.name for path in output.iterdir()}
    plots = {"roc", "precision_recall", "recall_false_alarms", "reliability", "clips"}
    assert names == {"metrics.json", "table.md", *(f"{plot}.png" for plot in plots)}
    assert (output / "table.md").read_text() in capsys.readouterr().out
    missing = json.loads((output / "metrics.json").read_text())["not_measured"]
    assert {text.split(":")[0] for text in missing} == {
        "protocol dota",
        "protocol riskprop",
        "protocol intervals",
        "protocol precrash",
    }


def test_a_protocol_without_its_labels_is_refused(labelled, scores, capsys) -> None:
    flags = [*labelled, "--split", "train", "--scores", str(scores), "--protocol", "dota"]
    assert evaluate.main(flags) == 2
    assert "labelled interval" in capsys.readouterr().err


def test_an_empty_split_is_an_error(labelled, scores, capsys) -> None:
    assert evaluate.main([*labelled, "--scores", str(scores), "--split", "test"]) == 2
    assert "'test'" in capsys.readouterr().err


def test_nexar_submissions_side_by_side(tmp_path, capsys) -> None:
    solution = tmp_path / "solution.csv"
    rows = [f"{n},{n % 2},{n % 3},{'Public' if n < 30 else 'Private'}" for n in range(60)]
    solution.write_text("\n".join(["id,target,group,Usage", *rows]))
    for name, values in {"right": [n % 2 for n in range(60)], "empty": [1]}.items():
        lines = [f"{n},{value}" for n, value in enumerate(values)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,score", *lines]))
    files = [str(tmp_path / "right.csv"), str(tmp_path / "empty.csv")]
    output = ["--output", str(tmp_path / "out")]
    assert evaluate.main(["--solution", str(solution), "--scores", *files, *output]) == 0
    assert figures(tmp_path / "out", "nexar, Private", "right")["map"] == 1.0
    assert figures(tmp_path / "out", "nexar, Private", "empty")["map"] == pytest.approx(0.5)
    assert "59 of 60 ids have no score" in capsys.readouterr().out


def test_two_scorers_on_the_same_clips_differ_by_their_difference() -> None:
    def scorer(name: str, height: float) -> Scorer:
        crashes = [
            scored_clip("crash", [0.1] * 9 + [height] * 4 + [0.3] * 9, 9.0, group=f"c{n}")
            for n in range(6)
        ]
        normal = [scored_clip("normal", [0.5] * 20, group=f"n{n}") for n in range(6)]
        return Scorer(name, "scores", [*crashes, *normal], 0.4, 0.4)

    found = compare([scorer("a", 0.9), scorer("b", 0.05)], ["drives"], EventSettings(), split="val")
    (difference,) = found.evaluation.protocols[0].differences
    assert difference.scorer == "b"
    assert difference.figures[0].name == "within_clip_auc"
    assert difference.figures[0].value == -1.0
    assert (difference.figures[0].low, difference.figures[0].high) == (-1.0, -1.0)
    assert "-1.000 [-1.00, -1.00]" in evaluation_text(found.evaluation)


def test_a_checkpoints_track_as_a_file_has_the_same_figures(data_dir, tmp_path) -> None:
    clips = [c for c in read_corpus(DataSettings(), str(data_dir)) if c.split == "val"]
    quick = sorted((c for c in clips if c.kind == "crash"), key=lambda c: c.path.stat().st_size)[:1]
    trigger = NetworkTrigger.load(DEFAULT, device="cpu", strict=True)
    scored = TrackCache(tmp_path / "tracks", DEFAULT).score_all(trigger, quick)
    rows = [
        (one.clip.path.name, time_s, score)
        for one in scored
        for time_s, score in zip(one.track.times_s, one.track.scores, strict=True)
    ]
    path = tmp_path / "own.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("clip", "time_s", "score"), *rows])
    flags = ["--scores", str(path), "--data", str(data_dir), "--protocol", "drives"]
    assert evaluate.main([*flags, "--output", str(tmp_path / "out")]) == 0
    own = compare([Scorer("own", "scores", scored)], ["drives"], EventSettings(), split="val")
    expected = {f.name: f.value for f in own.evaluation.protocols[0].rows[0].figures}
    assert figures(tmp_path / "out", "drives", "own") == expected
