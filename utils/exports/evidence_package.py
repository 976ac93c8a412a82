"""One event as a zip archive for others: clip, pictures, record, page, and checksums of all of it.

The same event with the same reviews gives the same bytes on the same machine: nothing in it tells
when, where or by whom it was packed.
"""

import tempfile
from pathlib import Path

from utils.atomic import atomic_write_bytes, probe_writable
from utils.exports.bare_report import bare_report, file_name
from utils.exports.event_evidence import (
    EventEvidence,
    event_clip,
    keyframe_files,
    picture_name,
    read_evidence,
    trigger_checkpoint,
)
from utils.exports.evidence_page import evidence_to_html
from utils.exports.evidence_record import (
    EvidenceRecord,
    PackedClip,
    PackedReview,
    PackedVideo,
    packed_reviews,
    scores_around,
)
from utils.exports.packed_files import packed
from utils.library import Library
from utils.library.records import LibraryEvent
from utils.plain_text import one_line
from utils.report import EventReport
from utils.settings import OutputSettings
from utils.version import APP_VERSION
from utils.writers.layout import safe_stem

RECORD_FILE, PAGE_FILE, SOURCE_FILE = "event.json", "index.html", "source-video.sha256"


def write_evidence_package(
    library: Library,
    event_id: int,
    target: Path,
    settings: OutputSettings,
    *,
    include_history: bool = True,
) -> Path:
    """Write the package of an event; the settings say how much around it the clip shows.

    Without history only the latest review is in it. It is made without clip, and says so, where
    the source video is gone or changed. Raises LibraryError, and OutputError where the report is
    gone or the package cannot be written.
    """
    evidence = read_evidence(library.events.get(event_id))
    probe_writable(target)
    reviews = packed_reviews(library.reviews.history(event_id))
    with tempfile.TemporaryDirectory(prefix="nearmiss-") as folder:
        clip, content = event_clip(evidence, settings, Path(folder))
    pictures = keyframe_files(evidence)
    record = _record(evidence, clip, reviews if include_history else reviews[:1], set(pictures))
    files = {
        PAGE_FILE: evidence_to_html(record, evidence).encode(),
        RECORD_FILE: (record.model_dump_json(indent=2) + "\n").encode(),
        **({clip.file: content} if clip.file and content is not None else {}),
        **pictures,
        SOURCE_FILE: f"{record.video.facts.sha256}  {record.video.name}\n".encode(),
    }
    atomic_write_bytes(target, packed(files, evidence.report.created_at))
    return target


def package_name(event: LibraryEvent) -> str:
    """What to call the package of an event."""
    return f"{safe_stem(event.video)}-event-{event.number:03d}.zip"


def _record(
    evidence: EventEvidence, clip: PackedClip, reviews: list[PackedReview], pictures: set[str]
) -> EvidenceRecord:
    event, report = evidence.event, evidence.report
    analysed = Path(report.video_path)  # the video may have moved since
    bare = bare_report(report, [event.video.parent, analysed.parent, event.report.parent])
    components = bare.components
    name = one_line(file_name(report.video_path))
    return EvidenceRecord(
        app_version=report.app_version,
        packed_by_version=APP_VERSION,
        analysed_at=report.created_at,
        analysis_status=report.status,
        event_number=evidence.number,
        events_in_video=len(report.triggers),
        event=_with_packed_files(bare.triggers[evidence.number - 1], clip, pictures),
        decision=event.decision,
        reviews=reviews,
        video=PackedVideo(name=name, facts=bare.video),
        clip=clip,
        checkpoint=trigger_checkpoint(report.components.checkpoint, report.created_at),
        components=components.model_copy(update={"checkpoint": file_name(components.checkpoint)}),
        scores=scores_around(bare, evidence.number),
        warnings=bare.warnings,
        settings=bare.settings,
    )


def _with_packed_files(found: EventReport, clip: PackedClip, pictures: set[str]) -> EventReport:
    """The event with the names that its pictures and clip have in the package."""
    names = [picture_name(number) for number in range(1, len(found.keyframes) + 1)]
    keyframes = [
        frame.model_copy(update={"image": name if name in pictures else None})
        for frame, name in zip(found.keyframes, names, strict=True)
    ]
    return found.model_copy(update={"keyframes": keyframes, "clip": clip.file})
