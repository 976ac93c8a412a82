"""Somebody else's scores: read by clip name, refused with file, line and key."""

from pathlib import Path

import pytest

from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.score_files import read_scores, read_solution, read_submission

CLIPS = [LabeledClip(Path(f"videos/{n}.mp4"), "normal", (), n) for n in ("a", "b", "c")]


def table(folder: Path, *rows: str) -> Path:
    path = folder / "scores.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_rows_are_sorted_by_time_and_joined_by_clip(tmp_path: Path) -> None:
    path = table(tmp_path, "clip,time_s,score", "a,1.0,0.9", "b.mp4,0,0.5", "a,0.5,0.1")
    first, second = read_scores(path, CLIPS)
    assert first.clip is CLIPS[0]
    assert first.track.times_s.tolist() == [0.5, 1.0]
    assert first.track.scores.tolist() == [0.1, 0.9]
    assert second.clip is CLIPS[1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,0.0,1.5", "line 2: score '1.5'"),
        ("a,0.0,", "line 2: score ''"),
        ("a,0.0,nan", "line 2: score 'nan'"),
        ("a,,0.5", "line 2: time_s ''"),
        ("a,-1,0.5", "line 2: time_s '-1'"),
        (",0.0,0.5", "line 2: clip ''"),
        ("x,0.0,0.5", "no clip of the data has a name of this file; its first is 'x'"),
        ("a,0.0,0.5\na,0.0,0.6", "line 3: time_s '0.0'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(AnnotationError, match=r"scores\.csv") as caught:
        read_scores(table(tmp_path, "clip,time_s,score", row), CLIPS)
    assert message in str(caught.value)


def test_nexars_files(tmp_path: Path) -> None:
    rows = read_solution(table(tmp_path, "id,target,group,Usage", "00204,1,0,Private"))
    assert (rows[0].clip_id, rows[0].positive, rows[0].group) == ("00204", True, "0")
    assert read_submission(table(tmp_path, "id,score", "00204,0.25")) == {"00204": 0.25}
    with pytest.raises(AnnotationError, match="line 2: target '2'"):
        read_solution(table(tmp_path, "id,target,group,Usage", "00204,2,0,Private"))
