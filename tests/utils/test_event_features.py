"""The file of event features: what is written comes back, and nothing hostile gets through."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save

from utils.errors import OutputError
from utils.event_features import (
    MAX_FILE_BYTES,
    EventFeatures,
    features_path,
    read_event_features,
    unit_rows,
    write_event_features,
)
from utils.writers import OutputLayout


@pytest.fixture
def layout(tmp_path):
    return OutputLayout(tmp_path / "drive.json")


def some_features(count=3, size=16):
    rows = np.random.default_rng(1).normal(size=(count, size)).astype(np.float32)
    return EventFeatures("tiny-0123abcd", unit_rows(rows))


def put(layout, content: bytes):
    path = features_path(layout)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def stored(vectors, metadata=None, name="events"):
    return save({name: vectors}, metadata={"encoder": "e"} if metadata is None else metadata)


def test_features_come_back_as_they_were_to_half_precision(layout):
    features = some_features()
    write_event_features(layout, features)
    found = read_event_features(layout)
    assert found.encoder == "tiny-0123abcd"
    np.testing.assert_allclose(found.vectors, features.vectors, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)
    assert [p.name for p in layout.files_folder.iterdir()] == ["features.safetensors"]


def test_a_report_without_features_has_none(layout):
    assert read_event_features(layout) is None


def test_nothing_to_write_removes_what_an_earlier_run_left(layout):
    write_event_features(layout, some_features())
    write_event_features(layout, None)
    assert read_event_features(layout) is None
    write_event_features(layout, None)


def test_no_event_and_an_unknown_event_are_kept(layout):
    write_event_features(layout, some_features(count=0))
    assert read_event_features(layout).vectors.shape == (0, 16)
    rows = unit_rows(np.array([[3, 4], [0, 0], [np.nan, 1], [np.inf, 1]], np.float32))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0], [0, 0], [0, 0]], atol=1e-6)
    write_event_features(layout, EventFeatures("e", rows))
    np.testing.assert_allclose(read_event_features(layout).vectors, rows, atol=1e-3)


@pytest.mark.parametrize(
    "vectors",
    [
        np.ones((2, 3), np.float32),
        np.full((2, 3), np.nan, np.float32),
        np.zeros((2, 0), np.float32),
        np.zeros(3, np.float32),
        np.zeros((2, 3), np.float64),
    ],
)
def test_what_is_no_row_of_unit_length_is_refused_at_birth(vectors):
    with pytest.raises(ValueError, match=r"unit length|float32|features"):
        EventFeatures("e", vectors)


@pytest.mark.parametrize("encoder", ["", "x" * 500, "a\nb"])
def test_an_encoder_needs_a_plain_name(encoder):
    with pytest.raises(ValueError, match="name"):
        EventFeatures(encoder, np.zeros((1, 2), np.float32))


UNIT = np.array([[1, 0], [0, 1]], np.float16)
HOSTILE = {
    "empty": b"",
    "text": b"not safetensors at all",
    "a pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94.",
    "a huge header length": struct.pack("<Q", 1 << 62) + b"{}",
    "offsets beyond the end": (lambda h: struct.pack("<Q", len(h)) + h)(
        json.dumps(
            {
                "__metadata__": {"encoder": "e"},
                "events": {"dtype": "F16", "shape": [1 << 30, 1 << 10], "data_offsets": [0, 8]},
            }
        ).encode()
    ),
    "cut": stored(UNIT)[:-3],
    "another name": stored(UNIT, name="other"),
    "no encoder": save({"events": UNIT}),
    "an empty encoder": stored(UNIT, {"encoder": ""}),
    "another type": stored(UNIT.astype(np.float32)),
    "one dimension": stored(UNIT[0]),
    "no features": stored(np.zeros((2, 0), np.float16)),
    "not finite": stored(np.full((2, 2), np.nan, np.float16)),
    "infinite": stored(np.full((2, 2), np.inf, np.float16)),
    "long rows": stored(UNIT * np.float16(2)),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_damaged_or_hostile_file_counts_as_absent_and_is_told(layout, content, caplog):
    put(layout, content)
    assert read_event_features(layout) is None
    assert "features" in caplog.text


def test_links_folders_and_huge_files_are_not_opened(layout, tmp_path, caplog):
    other = OutputLayout(tmp_path / "other.json")
    write_event_features(other, some_features())
    layout.files_folder.mkdir()
    features_path(layout).symlink_to(features_path(other))
    assert read_event_features(layout) is None
    features_path(layout).unlink()
    features_path(layout).mkdir()
    assert read_event_features(layout) is None
    features_path(layout).rmdir()
    with features_path(layout).open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert read_event_features(layout) is None
    assert caplog.text.count("not a regular file") == 3


@pytest.mark.parametrize("features", [some_features(), None])
def test_a_folder_that_cannot_be_written_is_refused(layout, features):
    layout.files_folder.write_text("a file")
    with pytest.raises(OutputError):
        write_event_features(layout, features)
