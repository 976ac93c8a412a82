"""The parts of one event's evidence package: what was found, its clip, what scored it.

The clip is cut from the source video where that is still the file of the analysis: its checksum is
computed again, whatever it takes. Nothing is written here but into the folder given.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from utils.config import project_path
from utils.errors import OutputError, VideoError
from utils.exports.bare_report import file_name
from utils.exports.evidence_record import PackedCheckpoint, PackedClip
from utils.library.records import LibraryEvent
from utils.plain_text import bare_paths, one_line
from utils.report import AnalysisReport
from utils.settings import OutputSettings
from utils.video import VideoFile, file_sha256
from utils.writers.event_clip import clip_span_s, write_event_clip
from utils.writers.json_report import read_json
from utils.writers.layout import OutputLayout

CLIP_FILE = "clip.mp4"
WEIGHTS_FILE = "model.safetensors"
MAX_PICTURE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class EventEvidence:
    """An event of the library with the report that it stands in."""

    event: LibraryEvent
    report: AnalysisReport

    @property
    def number(self) -> int:
        """Of the event in its report, from 1."""
        return self.event.number

    @property
    def layout(self) -> OutputLayout:
        """Where the report's files lie."""
        return OutputLayout(self.event.report)


def read_evidence(event: LibraryEvent) -> EventEvidence:
    """The event with its report. Raises OutputError where the report is gone or another one."""
    report = read_json(event.report)
    peaks_s = [found.event.peak_s for found in report.triggers]
    if event.peak_s not in peaks_s[event.number - 1 : event.number]:
        raise OutputError(
            f"{event.report} holds other events than the library; take it in again, "
            "then choose the event anew"
        )
    return EventEvidence(event, report)


def keyframe_files(evidence: EventEvidence) -> dict[str, bytes]:
    """The event's pictures by their name in the package; those that are gone are left out."""
    files: dict[str, bytes] = {}
    frames = evidence.report.triggers[evidence.number - 1].keyframes
    for number, frame in enumerate(frames, start=1):
        content = _picture(evidence.layout, frame.image)
        if content is not None:
            files[picture_name(number)] = content
    return files


def picture_name(number: int) -> str:
    """The name in the package of a keyframe, numbered from 1."""
    return f"keyframes/frame-{number}.jpg"


def event_clip(
    evidence: EventEvidence, settings: OutputSettings, folder: Path
) -> tuple[PackedClip, bytes | None]:
    """The clip, cut anew below `folder`; else the one that the analysis left; else why not."""
    report, number = evidence.report, evidence.number
    problem = _changed(evidence.event.video, report.video.sha256)
    if not problem:
        try:
            content = _cut(evidence, settings, folder)
        except (VideoError, OutputError) as error:
            problem = f"The clip could not be made: {bare_paths(one_line(str(error)))}."
        else:
            start_s, end_s = clip_span_s(report.triggers[number - 1].event, settings)
            end_s = min(end_s, report.video.duration_s or end_s)
            note = "The video's checksum was computed again and is that of the analysis."
            clip = PackedClip(
                file=CLIP_FILE,
                origin="cut for this package",
                note=note,
                start_s=round(start_s, 3),
                end_s=round(end_s, 3),
            )
            return clip, content
    return _kept_clip(evidence, problem)


def trigger_checkpoint(folder: str, analysed_at: datetime) -> PackedCheckpoint:
    """The checkpoint that a report names, with the checksum of its weights."""
    if not folder:
        return PackedCheckpoint(
            name="", model_file=None, model_sha256=None, note="No checkpoint was used."
        )
    weights = project_path(folder) / WEIGHTS_FILE
    name = file_name(folder)
    try:
        checksum = file_sha256(weights)
        is_newer = weights.stat().st_mtime > analysed_at.timestamp()
    except (VideoError, OSError):
        note = "Its weights were not there any more when the package was made."
        return PackedCheckpoint(name=name, model_file=None, model_sha256=None, note=note)
    note = (
        "The file changed after the analysis, so these may be other weights."
        if is_newer
        else "The file is older than the analysis, by its date."
    )
    return PackedCheckpoint(name=name, model_file=WEIGHTS_FILE, model_sha256=checksum, note=note)


def _picture(layout: OutputLayout, stored: str | None) -> bytes | None:
    if stored is None:
        return None
    try:
        path = layout.absolute(stored)
        is_small = path.is_file() and path.stat().st_size <= MAX_PICTURE_BYTES
        content = path.read_bytes() if is_small else b""
    except (OutputError, OSError, ValueError):
        return None
    return content if content.startswith(b"\xff\xd8\xff") else None


def _changed(video: Path, sha256: str) -> str:
    """Why the file is not known to be the analysed one; empty where it is."""
    if not video.exists():
        return "The source video was not there when the package was made."
    try:
        found = file_sha256(video)
    except VideoError:
        return "The source video could not be read when the package was made."
    return "" if found == sha256 else "The source video is not the analysed file any more."


def _cut(evidence: EventEvidence, settings: OutputSettings, folder: Path) -> bytes:
    layout = OutputLayout(folder / "report.json")
    with VideoFile(evidence.event.video) as video:
        write_event_clip(
            video, evidence.report, number=evidence.number, layout=layout, settings=settings
        )
    return layout.event_clip(evidence.number).read_bytes()


def _kept_clip(evidence: EventEvidence, problem: str) -> tuple[PackedClip, bytes | None]:
    stored = evidence.report.triggers[evidence.number - 1].clip
    content: bytes | None = None
    if stored is not None:
        try:
            content = evidence.layout.absolute(stored).read_bytes()
        except (OutputError, OSError, ValueError):
            content = None
    if content is None:
        return PackedClip(file=None, origin="none", note=problem), None
    note = f"{problem} This clip was made with the analysis."
    return PackedClip(file=CLIP_FILE, origin="made by the analysis", note=note), content
