"""What an evidence package says of one event: the record `event.json`, without any folder.

Folders of the user's computer never leave it; files are named, and their checksums say which.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from utils.library.records import ReviewState, SavedReview
from utils.report import (
    AnalysisReport,
    Components,
    EventReport,
    Record,
    ScoreCurve,
    VideoFacts,
)

PACKAGE_VERSION = "1.0"
CURVE_AROUND_S = 60.0  # of scores before and after the event


class PackedReview(Record):
    """A person's decision about the event."""

    decision: ReviewState = Field(description="confirmed, near_miss, false_alarm or unsure")
    reason: str = Field(description="of a false alarm")
    notes: str = Field(description="as the person wrote them")
    start_s: float | None = Field(description="corrected start; null: the found one is right")
    end_s: float | None = Field(description="corrected end; null: the found one is right")
    saved_at: datetime = Field(description="when it was saved, UTC")
    carried: bool = Field(description="taken over from an older analysis of the same video")


class PackedClip(Record):
    """The clip of the event, or why there is none."""

    file: str | None = Field(description="name in the package; null where there is no clip")
    origin: Literal["cut for this package", "made by the analysis", "none"]
    note: str = Field(description="how the source video was checked, or why there is no clip")
    start_s: float | None = Field(None, description="where the clip begins in the video")
    end_s: float | None = Field(None, description="where the clip ends in the video")


class PackedVideo(Record):
    """The source video. It is not in the package; the checksum says which file it is."""

    name: str = Field(description="file name, without its folder")
    facts: VideoFacts = Field(description="the file, its checksum as of the analysis")


class PackedCheckpoint(Record):
    """The trigger's checkpoint."""

    name: str = Field(description="name of its folder; empty where none was used")
    model_file: str | None = Field(description="its weights file")
    model_sha256: str | None = Field(description="checksum of that file as the package was made")
    note: str = Field(description="what the checksum vouches for")


class EvidenceRecord(Record):
    """The whole of `event.json`."""

    package_version: str = Field(PACKAGE_VERSION, description="version of these keys")
    app_version: str = Field(description="version of Nearmiss that made the analysis")
    packed_by_version: str = Field(description="version of Nearmiss that made the package")
    analysed_at: datetime = Field(description="when the analysis ended, UTC")
    analysis_status: Literal["complete", "partial"] = Field(description="partial: damaged file")
    event_number: int = Field(description="of the events of the video, from 1")
    events_in_video: int = Field(description="how many the analysis found")
    event: EventReport = Field(description="times, score, boxes, evidence, answers")
    decision: ReviewState = Field(description="the latest review's")
    reviews: list[PackedReview] = Field(description="newest first")
    video: PackedVideo = Field(description="the source video")
    clip: PackedClip = Field(description="the annotated clip")
    checkpoint: PackedCheckpoint = Field(description="the trigger's checkpoint")
    components: Components = Field(description="which part did what")
    scores: ScoreCurve = Field(description="the scores around the event")
    warnings: list[str] = Field(description="of the analysis")
    settings: dict[str, Any] = Field(description="of the analysis")


def packed_reviews(reviews: Sequence[SavedReview]) -> list[PackedReview]:
    """Stored reviews as the package shows them."""
    return [
        PackedReview(
            decision=saved.review.decision,
            reason=saved.review.reason,
            notes=saved.review.notes,
            start_s=saved.review.start_s,
            end_s=saved.review.end_s,
            saved_at=saved.saved_at,
            carried=saved.carried,
        )
        for saved in reviews
    ]


def scores_around(report: AnalysisReport, number: int) -> ScoreCurve:
    """The scores near event `number` (from 1)."""
    event, track = report.triggers[number - 1].event, report.score_track
    start_s, end_s = event.start_s - CURVE_AROUND_S, event.end_s + CURVE_AROUND_S
    rows = [row for row, time_s in enumerate(track.times_s) if start_s <= time_s <= end_s]
    return track.model_copy(
        update={
            "times_s": [track.times_s[row] for row in rows],
            "scores": [track.scores[row] for row in rows],
        }
    )
