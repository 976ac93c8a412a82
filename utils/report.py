"""What a run says: events, boxes, answers and the report, as pydantic records.

The report's top level is capability S4-15 to the letter; everything else stands in further keys.
Field meanings are in docs/report.md, which is generated from the descriptions below.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

SCHEMA_VERSION = "1.0"

AnswerStatus = Literal["ok", "abstained", "failed"]


class Record(BaseModel):
    """A frozen record that refuses unknown keys and reads back what it wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _drop_derived(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {k: v for k, v in values.items() if k not in cls.model_computed_fields}


class TriggerEvent(Record):
    """A stretch of video above the threshold, with its peak."""

    start_s: float = Field(description="start, seconds from the first displayed frame")
    end_s: float = Field(description="end (exclusive), seconds")
    peak_s: float = Field(description="time of the highest score, seconds")
    peak_frame_index: int = Field(description="displayed frame number of the peak, from 0")
    score: float = Field(ge=0, le=1, description="highest score; not a probability")
    horizon_s: float = Field(default=0.0, description="0: seen now; 2: expected within 2 s")
    source: str = Field(description="the trigger that made the score")
    label: str = Field(default="trigger", description="what the score means")


class Detection(Record):
    """One box on one frame."""

    label: str
    score: float = Field(ge=0, le=1)
    box_xyxy_px: tuple[float, float, float, float] = Field(
        description="left, top, right, bottom in pixels of the upright video"
    )
    time_s: float
    track_id: int | None = Field(default=None, description="same id = same object in this event")


class Answer(Record):
    """A describer's answer to one task. A failed answer has an error and no text."""

    task: str
    status: AnswerStatus
    text: str | None = None
    value: Any = None
    source: str = Field(description="the describer and its model")
    seconds: float = Field(default=0.0, ge=0)
    repaired: bool = False
    error: str | None = None

    @model_validator(mode="after")
    def _failure_is_never_content(self) -> "Answer":
        if self.status == "ok" and not (self.text or "").strip() and self.value is None:
            raise ValueError("an ok answer needs a text or a value")
        if self.status != "ok" and (self.text is not None or self.value is not None):
            raise ValueError("an answer that is not ok carries an error, never a text")
        return self


class Keyframe(Record):
    """A frame that detector and describer saw."""

    time_s: float
    frame_index: int
    image: str | None = Field(default=None, description="JPEG file, relative to the report")


class EventReport(Record):
    """One event with everything that was found about it."""

    event: TriggerEvent
    keyframes: list[Keyframe] = []
    detections: list[Detection] = []
    evidence: list[str] = Field(default=[], description="the facts a describer was given")
    answers: list[Answer] = []
    described: bool = Field(default=True, description="False beyond max_described_frames")
    clip: str | None = Field(default=None, description="annotated MP4, relative to the report")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def timestamp(self) -> float:
        """Peak time, seconds."""
        return self.event.peak_s

    @computed_field  # type: ignore[prop-decorator]
    @property
    def frame_index(self) -> int:
        """Displayed frame number of the peak."""
        return self.event.peak_frame_index

    @computed_field  # type: ignore[prop-decorator]
    @property
    def trigger_confidence(self) -> float:
        """The event's score."""
        return self.event.score

    @computed_field  # type: ignore[prop-decorator]
    @property
    def analysis(self) -> str | None:
        """The description, or null where none was made."""
        texts = [a.text for a in self.answers if a.task == "description" and a.status == "ok"]
        return texts[0] if texts else None


class ScoreCurve(Record):
    """The whole video's scores."""

    times_s: list[float]
    scores: list[float]
    source: str = ""
    horizon_s: float = 0.0


class VideoFacts(Record):
    """What the report says of the file itself."""

    width_px: int
    height_px: int
    duration_s: float | None
    frame_rate_fps: float | None
    start_s: float
    rotation_deg: int
    codec: str
    size_bytes: int
    sha256: str


class Counts(Record):
    """How many frames each stage saw: the proof that only triggered frames are described."""

    frames_read: int = Field(default=0, description="frames in the stream that were passed")
    frames_decoded: int = Field(default=0, description="frames that were really decoded")
    frames_sampled: int = 0
    frames_scored: int = 0
    frames_detected: int = Field(default=0, description="frames given to the object detector")
    frames_described: int = Field(default=0, description="frames given to the describer")
    events_found: int = 0
    events_described: int = 0
    max_sampled_frames: int | None = None
    max_described_frames: int | None = None
    peak_memory_mib: float | None = None


class Components(Record):
    """Which part did what, and why it was chosen."""

    trigger: str = ""
    detector: str = ""
    describer: str = ""
    describer_reason: str = ""
    checkpoint: str = ""
    threshold: float = 0.0


class AnalysisReport(Record):
    """The report on one video."""

    video_path: str
    num_frames_analyzed: int
    triggers: list[EventReport]
    video_summary: str
    schema_version: str = SCHEMA_VERSION
    app_version: str
    created_at: datetime
    video: VideoFacts
    score_track: ScoreCurve
    components: Components
    counts: Counts
    timings_s: dict[str, float]
    status: Literal["complete", "partial"] = Field(
        default="complete", description="partial: not all of the file could be read"
    )
    warnings: list[str] = []
    hints: list[str] = []
    settings: dict[str, Any] = Field(default={}, description="the resolved settings of the run")
    spoken_summary: str | None = Field(default=None, description="WAV, relative to the report")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def num_triggers_detected(self) -> int:
        """How many events were found."""
        return len(self.triggers)

    @property
    def events(self) -> list[EventReport]:
        """The triggers, in the project's own word."""
        return self.triggers
