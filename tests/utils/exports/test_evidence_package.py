"""Evidence packages: what is in them and what not, what they admit, that they can be checked."""

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.report_factory import (
    HOSTILE,
    hostile_report,
    make_answer,
    make_event_report,
    make_report,
)
from utils.errors import LibraryError, OutputError
from utils.exports.evidence_package import package_name, write_evidence_package
from utils.exports.evidence_record import EvidenceRecord
from utils.library.records import Review
from utils.settings import OutputSettings
from utils.video import VideoFile
from utils.writers import read_json, write_json

SETTINGS = OutputSettings(pre_roll_s=0.5, post_roll_s=0.5, clip_max_side_px=320)
PICTURES = [f"keyframes/frame-{n}.jpg" for n in (1, 2, 3)]
WHOLE = ["index.html", "event.json", "clip.mp4", *PICTURES, "source-video.sha256", "hashes.txt"]


def pack(shelf, event_id=1, name="evidence.zip", **options):
    target = shelf.folder / name
    assert write_evidence_package(shelf.library, event_id, target, SETTINGS, **options) == target
    return target


def unpack(target: Path) -> Path:
    folder = target.with_suffix("")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def record_of(target: Path) -> EvidenceRecord:
    with zipfile.ZipFile(target) as archive:
        return EvidenceRecord.model_validate_json(archive.read("event.json"))


def names_in(target: Path) -> list[str]:
    with zipfile.ZipFile(target) as archive:
        return archive.namelist()


def test_a_package_holds_clip_pictures_record_page_and_checksums(shelf) -> None:
    analysis = shelf.add(peaks_s=(1.0, 2.5))
    shelf.review(analysis, None, "confirmed", notes="bumper touched")
    target = pack(shelf, event_id=2)
    assert names_in(target) == WHOLE
    record = record_of(target)
    assert (record.event_number, record.events_in_video, record.decision) == (2, 2, "confirmed")
    assert record.event.event.peak_s == 2.5
    assert [frame.image for frame in record.event.keyframes] == PICTURES
    assert record.reviews[0].notes == "bumper touched"
    assert record.video.name == "drive.mp4"
    assert record.app_version == "0.1.0"
    assert record.scores.source == "network tf_efficientnet_lite0"


def test_the_clip_shows_the_event_with_its_rolls(shelf) -> None:
    shelf.add(peaks_s=(2.0,))
    folder = unpack(pack(shelf))
    clip = record_of(shelf.folder / "evidence.zip").clip
    assert (clip.origin, clip.start_s, clip.end_s) == ("cut for this package", 1.2, 2.8)
    with VideoFile(folder / "clip.mp4") as video:
        frames = sum(len(part) for part in video.read())
        assert (video.info.width_px, video.info.height_px) == (320, 180)
    assert frames == 16  # 1.6 s at 10 frames a second


def test_the_clip_does_not_claim_to_go_on_after_the_end_of_the_video(shelf) -> None:
    shelf.add(peaks_s=(3.5,))
    assert record_of(pack(shelf)).clip.end_s == 4.0


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_accepts_a_package_and_notices_a_change(shelf) -> None:
    shelf.add()
    folder = unpack(pack(shelf))
    check = ["sha256sum", "--strict", "-c", "hashes.txt"]
    said = subprocess.run(check, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [f"{name}: OK" for name in WHOLE[:-1]]
    (folder / "event.json").write_text("{}")
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 1
    source = ["sha256sum", "-c", str(folder / "source-video.sha256")]
    subprocess.run(source, cwd=shelf.videos, capture_output=True, check=True)


def test_the_same_event_gives_the_same_bytes(shelf) -> None:
    shelf.add()
    first = pack(shelf, name="a.zip").read_bytes()
    os.utime(shelf.videos / "drive.mp4", (1, 1))
    assert pack(shelf, name="b.zip").read_bytes() == first
    with zipfile.ZipFile(shelf.folder / "a.zip") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 11, 20, 12, 1, 0)}


def test_a_review_changes_the_package(shelf) -> None:
    analysis = shelf.add()
    before = pack(shelf, name="a.zip").read_bytes()
    shelf.review(analysis, "near_miss")
    assert pack(shelf, name="b.zip").read_bytes() != before


def test_history_can_stay_at_home(shelf) -> None:
    shelf.add()
    for decision, notes in (("unsure", "ask Ann"), ("confirmed", "")):
        shelf.library.reviews.save(1, Review(decision, notes=notes))
    assert [r.decision for r in record_of(pack(shelf)).reviews] == ["confirmed", "unsure"]
    short = pack(shelf, name="b.zip", include_history=False)
    assert [r.decision for r in record_of(short).reviews] == ["confirmed"]
    assert b"ask Ann" not in b"".join(read_all(short).values())


def read_all(target: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_package_without_the_video_says_so(shelf) -> None:
    shelf.add()
    (shelf.videos / "drive.mp4").unlink()
    target = pack(shelf)
    assert names_in(target) == [name for name in WHOLE if name != "clip.mp4"]
    clip = record_of(target).clip
    assert (clip.file, clip.origin) == (None, "none")
    page = read_all(target)["index.html"].decode()
    assert "The source video was not there" in page
    assert "<video" not in page


def test_the_clip_of_a_video_that_moved_is_cut_where_it_is_now(shelf) -> None:
    shelf.add(warnings=[f"{shelf.video('drive.mp4')} is damaged"])
    shelf.move("drive.mp4", shelf.folder / "disk" / "renamed.mp4")
    target = pack(shelf)
    record = record_of(target)
    assert (record.clip.origin, record.video.name) == ("cut for this package", "drive.mp4")
    assert record.warnings == ["drive.mp4 is damaged"]


def test_a_changed_video_gives_no_clip_even_at_equal_size(shelf) -> None:
    shelf.add()
    video = shelf.videos / "drive.mp4"
    content = bytearray(video.read_bytes())
    content[-1] ^= 1
    video.write_bytes(content)
    clip = record_of(pack(shelf)).clip
    assert clip.file is None
    assert "not the analysed file any more" in clip.note


def test_a_clip_that_the_analysis_left_stands_in_for_a_video_that_is_gone(shelf) -> None:
    analysis = shelf.add()
    report = read_json(analysis.report)
    clip = analysis.report.parent / "analysis_files" / "event-001.mp4"
    clip.write_bytes(b"an older clip")
    kept = report.triggers[0].model_copy(update={"clip": "analysis_files/event-001.mp4"})
    write_json(report.model_copy(update={"triggers": [kept]}), analysis.report)
    (shelf.videos / "drive.mp4").unlink()
    target = pack(shelf)
    assert read_all(target)["clip.mp4"] == b"an older clip"
    assert record_of(target).clip.origin == "made by the analysis"


def test_a_clip_outside_the_reports_folder_is_never_packed(shelf) -> None:
    analysis = shelf.add()
    (shelf.folder / "secret.mp4").write_bytes(b"secret")
    report = read_json(analysis.report)
    kept = report.triggers[0].model_copy(update={"clip": "../../secret.mp4"})
    write_json(report.model_copy(update={"triggers": [kept]}), analysis.report)
    (shelf.videos / "drive.mp4").unlink()
    assert "clip.mp4" not in names_in(pack(shelf))


def test_pictures_that_are_gone_are_left_out(shelf) -> None:
    analysis = shelf.add()
    (analysis.report.parent / "analysis_files" / "event-001-frame-2.jpg").unlink()
    target = pack(shelf)
    assert [name for name in names_in(target) if "frame" in name] == [PICTURES[0], PICTURES[2]]
    images = [frame.image for frame in record_of(target).event.keyframes]
    assert images == [PICTURES[0], None, PICTURES[2]]


def test_no_folder_of_this_computer_is_in_a_package(shelf, tmp_path) -> None:
    video = shelf.video("drive.mp4")
    settings = {
        "trigger": {"checkpoint": f"{tmp_path}/my models/run-7"},
        "app": {"output_dir": "/home/ann/secret project"},
        "describer": {"adapter": "C:\\Users\\ann\\adapter", "prompt": "One.\nTwo."},
    }
    shelf.add(
        warnings=[f"{video} is damaged", f"cannot read '{video}': /home/ann/x/y.mp4 is gone"],
        settings=settings,
        components={"checkpoint": f"{tmp_path}/my models/run-7", "threshold": 0.3},
    )
    target = pack(shelf)
    whole = b"".join(content for content in read_all(target).values())
    for private in (str(tmp_path), "my videos", "my models", "home", "Users", "secret project"):
        assert private.encode() not in whole, private
    record = record_of(target)
    assert record.warnings == ["drive.mp4 is damaged", "cannot read 'drive.mp4': y.mp4 is gone"]
    assert record.settings["describer"] == {"adapter": "adapter", "prompt": "One.\nTwo."}
    assert set(record.settings) == {"trigger", "describer"}
    assert record.checkpoint.name == "run-7"


def test_the_checkpoints_weights_are_named_by_checksum(shelf, tmp_path) -> None:
    weights = tmp_path / "run-7" / "model.safetensors"
    weights.parent.mkdir()
    weights.write_bytes(b"weights")
    components = {"checkpoint": str(weights.parent), "threshold": 0.3}
    os.utime(weights, (1e9, 1e9))
    shelf.add(components=components)
    found = record_of(pack(shelf)).checkpoint
    assert found.model_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert "older than the analysis" in found.note
    later = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    os.utime(weights, (later, later))
    assert "changed after the analysis" in record_of(pack(shelf)).checkpoint.note
    weights.unlink()
    assert record_of(pack(shelf)).checkpoint.model_sha256 is None


def test_what_others_wrote_is_escaped_and_asks_for_nothing(shelf) -> None:
    analysis = shelf.add()
    report = read_json(analysis.report)
    found = report.triggers[0].model_copy(
        update={"answers": [make_answer(text=HOSTILE)], "evidence": [HOSTILE]}
    )
    write_json(report.model_copy(update={"triggers": [found]}), analysis.report)
    shelf.review(analysis, "false_alarm", reason=HOSTILE, notes=HOSTILE)
    page = read_all(pack(shelf))["index.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "\u202e" not in page


def test_a_report_of_attacks_and_one_of_nothing_are_packed(shelf) -> None:
    bare = make_event_report(keyframes=[], detections=[], evidence=[], answers=[], described=False)
    for number, report in enumerate((hostile_report(), make_report([bare])), start=1):
        path = shelf.folder / "outputs" / f"{number}.json"
        write_json(report, path)
        event = shelf.events(shelf.library.analyses.add(path))[0]
        page = read_all(pack(shelf, event_id=event.id))["index.html"].decode()
        assert "<script" not in page
        assert "The source video was not there" in page


def test_an_event_that_is_not_there_is_refused(shelf) -> None:
    with pytest.raises(LibraryError, match="event 7"):
        pack(shelf, event_id=7)
    assert not (shelf.folder / "evidence.zip").exists()


def test_a_report_that_is_gone_or_another_one_is_refused(shelf) -> None:
    analysis = shelf.add(peaks_s=(1.0, 3.0))
    report = read_json(analysis.report)
    for triggers in (report.triggers[:1], report.triggers[::-1]):
        write_json(report.model_copy(update={"triggers": triggers}), analysis.report)
        with pytest.raises(OutputError, match="holds other events"):
            pack(shelf, event_id=2)
    analysis.report.unlink()
    with pytest.raises(OutputError, match="cannot read"):
        pack(shelf, event_id=2)


def test_a_package_is_named_after_video_and_event(shelf) -> None:
    analysis = shelf.add(name="north/drive 1.mp4", peaks_s=(1.0, 3.0))
    assert package_name(shelf.events(analysis)[1]) == "drive 1-event-002.zip"


def test_a_folder_in_the_targets_place_is_named(shelf) -> None:
    shelf.add()
    (shelf.folder / "evidence.zip").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        pack(shelf)


def test_the_record_is_json_that_others_can_read(shelf) -> None:
    shelf.add()
    values = json.loads(read_all(pack(shelf))["event.json"])
    assert values["package_version"] == "1.0"
    assert values["event"]["timestamp"] == 2.0
    assert make_event_report().model_dump().keys() == values["event"].keys()
