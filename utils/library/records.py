"""The rows of the library as the rest of the program sees them: frozen, with units in the names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Decision = Literal["confirmed", "near_miss", "false_alarm", "unsure"]
ReviewState = Literal["unreviewed", "confirmed", "near_miss", "false_alarm", "unsure"]
QueueState = Literal["waiting", "running", "done", "failed", "cancelled"]
EventSort = Literal["score", "newest", "video", "longest", "reviewed"]
AnalysisSort = Literal["newest", "name", "events", "score", "to_review"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysed video. A newer analysis of the same file stands beside the older one.

    report: the JSON file; video: where the video is now, as far as it is known; video_sha256: its
    checksum, the key by which reviews find the events of another analysis. thumbnail: a picture of
    the highest event, None without one. unreviewed_count: events that nobody decided on.
    size_bytes: of the video as analysed; None: an older version took it in, see
    `VideoPlaces.size_bytes`.
    """

    id: int
    report: Path
    video: Path
    video_sha256: str
    duration_s: float | None
    created_at: datetime
    status: Literal["complete", "partial"]
    checkpoint: str
    trigger: str
    describer: str
    threshold: float
    event_count: int
    unreviewed_count: int
    top_score: float | None
    top_time_s: float | None
    summary: str
    thumbnail: Path | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class LibraryEvent:
    """One event of an analysis, numbered from 1 as in its report.

    facts: what structured answers say (`event_type`, `weather`, ...), text to text. decision: the
    latest review's, `unreviewed` without one. start_s and end_s are the report's; a correction
    stands in the review. similarity: cosine to the event asked about, only in `similar`.
    """

    id: int
    analysis_id: int
    number: int
    video: Path
    report: Path
    start_s: float
    end_s: float
    peak_s: float
    score: float
    probability: float | None
    label: str
    description: str
    facts: Mapping[str, str] = field(default_factory=dict)
    thumbnail: Path | None = None
    decision: ReviewState = "unreviewed"
    similarity: float | None = None
    video_sha256: str = ""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list; what is left out does not narrow. text: words to search for."""

    text: str = ""
    decisions: tuple[ReviewState, ...] = ()
    labels: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    analysis_id: int | None = None
    min_score: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: EventSort = "score"
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class AnalysisFilter:
    """Which analysed videos to list. text: words in the name, the folder or the summary."""

    text: str = ""
    with_events: bool | None = None
    latest_only: bool = True
    since: datetime | None = None
    until: datetime | None = None
    sort: AnalysisSort = "newest"
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some of the events that a filter lets through, and how many there are in all."""

    rows: tuple[LibraryEvent, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """Some of the analyses that a filter lets through, and how many there are in all."""

    rows: tuple[Analysis, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Review:
    """A person's decision about an event.

    reason: of a false alarm. start_s, end_s: the corrected span, None where the report's is right.
    """

    decision: Decision
    reason: str = ""
    notes: str = ""
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class SavedReview:
    """A stored review. Reviews are only ever added; the highest id of an event counts.

    carried: taken over from an older analysis of the same video.
    """

    id: int
    event_id: int
    review: Review
    saved_at: datetime
    carried: bool = False


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One video of the folder queue. settings: changes to the settings, as a nested mapping."""

    id: int
    video: Path
    state: QueueState
    settings: Mapping[str, Any]
    stage: str
    fraction: float | None
    message: str
    added_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    analysis_id: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder whose new videos join the queue by themselves."""

    id: int
    folder: Path
    settings: Mapping[str, Any]
    added_at: datetime
