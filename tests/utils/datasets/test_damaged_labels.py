"""Damaged label files are refused with file, line and key; odd ones that are right are read."""

import os
import time
from pathlib import Path

import pytest

from tests.utils.datasets.damaged_labels import CASES, Damaged
from tests.utils.datasets.label_samples import SAMPLES, write_sample
from utils.datasets.formats import read_clips
from utils.datasets.label_text import MAX_BYTES
from utils.errors import AnnotationError

LONGEST_S = 2.0
LONGEST_MESSAGE = 300


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.format}: {case.title}")
def test_damaged_labels_are_refused_with_their_place(case: Damaged, tmp_path: Path) -> None:
    file = tmp_path / case.file_name
    file.write_bytes(case.content)
    started_s = time.thread_time()  # its own work, however busy the machine is
    if not case.named:
        read_clips(file, tmp_path / "v", case.format)  # type: ignore[arg-type]
    else:
        with pytest.raises(AnnotationError) as caught:
            read_clips(file, tmp_path / "v", case.format)  # type: ignore[arg-type]
        message = str(caught.value).replace(str(tmp_path), "")
        missing = [part for part in (file.name, *case.named) if part not in message]
        assert not missing or missing == [file.name] == ["val_split.txt"], message
        assert len(message) < LONGEST_MESSAGE
        assert "\n" not in message
    assert time.thread_time() - started_s < LONGEST_S


def test_there_are_many_damaged_files_of_every_format() -> None:
    refused = [case for case in CASES if case.named]
    assert len(refused) >= 80
    assert len(CASES) - len(refused) >= 20
    assert {case.format for case in refused} == set(SAMPLES)


@pytest.mark.parametrize("label_format", SAMPLES)
def test_labels_beyond_the_size_limit_are_refused_unread(label_format, tmp_path: Path) -> None:
    file = tmp_path / SAMPLES[label_format][0]
    with file.open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)
    with pytest.raises(AnnotationError, match=r"256 MiB of labels; the limit is 256 MiB"):
        read_clips(file, tmp_path, label_format)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_place_of_labels_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "labels.json"
    os.mkfifo(pipe)
    with pytest.raises(AnnotationError, match=r"labels\.json is not a regular file"):
        read_clips(pipe, tmp_path)


def test_missing_labels_are_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"cannot read the labels .*none\.json"):
        read_clips(tmp_path / "none.json", tmp_path, "annotations")


@pytest.mark.parametrize("label_format", SAMPLES)
def test_the_undamaged_samples_are_read(label_format, tmp_path: Path) -> None:
    file = write_sample(tmp_path, label_format)
    assert len(read_clips(file, tmp_path / "v", label_format)) == 2
