"""What a run says: events, boxes, answers and the report, as pydantic records.

The report's top level is capability S4-15 to the letter; everything else stands in further keys.
Field meanings are in docs/report.md, which is generated from the descriptions below.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

SCHEMA_VERSION = "1.0"

TELLING = ("description", "metadata", "crash_description")  # tasks whose text tells what happens
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
    peak_s: float = Field(
        description="when the score's rise to its highest passes half of it, seconds"
    )
    peak_frame_index: int = Field(description="displayed frame number of the peak, from 0")
    score: float = Field(ge=0, le=1, description="highest score; not a probability")
    probability: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="that it is a crash, in footage like the checkpoint's calibration; "
        "null where that has none",
    )
    horizon_s: float = Field(default=0.0, description="0: seen now; 2: expected within 2 s")
    source: str = Field(description="the trigger that made the score")
    label: str = Field(default="trigger", description="what the score means")


class Detection(Record):
    """One box on one frame."""

    label: str = Field(description="what it is: car, truck, person, ...")
    score: float = Field(ge=0, le=1, description="the detector's confidence")
    box_xyxy_px: tuple[float, float, float, float] = Field(
        description="left, top, right, bottom in pixels of the upright video"
    )
    time_s: float = Field(description="the keyframe's time, seconds")
    track_id: int | None = Field(default=None, description="same id = same object in this event")


class Answer(Record):
    """A describer's answer to one task. A failed answer has an error and no text."""

    task: str = Field(description="the question, `description` for the free text")
    status: AnswerStatus = Field(description="ok, abstained (will not answer) or failed")
    text: str | None = Field(default=None, description="the answer in words; null unless ok")
    value: Any = Field(default=None, description="the typed answer of a structured task")
    score: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="yes-or-no tasks: the model's leaning to yes; not calibrated",
    )
    flags: tuple[str, ...] = Field(
        default=(), description="what in the answer disagrees with the evidence, and why"
    )
    constrained: bool = Field(
        default=False, description="the model could write nothing but an answer of this form"
    )
    raw: str | None = Field(
        default=None, description="what the model wrote, where it is not the text to the letter"
    )
    source: str = Field(description="the describer and its model")
    seconds: float = Field(default=0.0, ge=0, description="time spent on it")
    repaired: bool = Field(default=False, description="the first reply could not be used")
    error: str | None = Field(default=None, description="why there is no answer")

    @model_validator(mode="after")
    def _failure_is_never_content(self) -> "Answer":
        if self.status == "ok" and not (self.text or "").strip() and self.value is None:
            raise ValueError("an ok answer needs a text or a value")
        if self.status != "ok" and (self.text is not None or self.value is not None):
            raise ValueError("an answer that is not ok carries an error, never a text")
        return self


class Keyframe(Record):
    """A frame that detector and describer saw."""

    time_s: float = Field(description="seconds from the first displayed frame")
    frame_index: int = Field(description="displayed frame number, from 0")
    image: str | None = Field(default=None, description="JPEG file, relative to the report")


class EventReport(Record):
    """One event with everything that was found about it."""

    event: TriggerEvent = Field(description="when, and how high the score was")
    keyframes: list[Keyframe] = Field(default=[], description="the frames that were looked at")
    detections: list[Detection] = Field(default=[], description="boxes on the keyframes")
    evidence: list[str] = Field(default=[], description="the facts a describer was given")
    answers: list[Answer] = Field(default=[], description="one per task that was asked")
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
        """The description, else what another task says of the event; null where nothing is."""
        main = self.main_answer
        if main is None or main.status != "ok" or main.text is None:
            return None
        return main.text if main.task in TELLING else f"{main.task.replace('_', ' ')}: {main.text}"

    @property
    def main_answer(self) -> Answer | None:
        """The answer that stands for the event: of the most telling task with an answer."""
        telling = [a for task in TELLING for a in self.answers if a.task == task]
        answered = [a for a in telling if a.status == "ok"]
        return next(iter([*answered, *telling, *self.answers]), None)

    @property
    def other_answers(self) -> list[Answer]:
        """All answers but the main one."""
        return [answer for answer in self.answers if answer is not self.main_answer]


class ScoreCurve(Record):
    """The whole video's scores."""

    times_s: list[float] = Field(description="times of the scored frames, seconds")
    scores: list[float] = Field(description="one score in [0, 1] per time")
    source: str = Field(default="", description="the trigger that made the scores")
    horizon_s: float = Field(default=0.0, description="0: seen now; 2: expected within 2 s")


class VideoFacts(Record):
    """What the report says of the file itself."""

    width_px: int = Field(description="upright width, after rotation")
    height_px: int = Field(description="upright height, after rotation")
    duration_s: float | None = Field(description="length, seconds; null where unknown")
    frame_rate_fps: float | None = Field(description="average rate, a hint for variable rates")
    start_s: float = Field(description="a player shows our time t at start_s + t")
    rotation_deg: int = Field(description="rotation that was applied")
    codec: str = Field(description="name of the video codec")
    size_bytes: int = Field(description="size of the file")
    sha256: str = Field(description="checksum of the file")


class Counts(Record):
    """How many frames each stage saw: the proof that only triggered frames are described."""

    frames_read: int = Field(default=0, description="frames in the stream that were passed")
    frames_decoded: int = Field(default=0, description="frames that were really decoded")
    frames_sampled: int = Field(default=0, description="frames taken at the sampling rate")
    frames_scored: int = Field(default=0, description="frames that the trigger scored")
    frames_detected: int = Field(default=0, description="frames given to the object detector")
    frames_described: int = Field(default=0, description="frames given to the describer")
    events_found: int = Field(default=0, description="events above the threshold")
    events_described: int = Field(default=0, description="events with an ok description")
    max_sampled_frames: int | None = Field(default=None, description="the limit; null = none")
    max_described_frames: int | None = Field(default=None, description="the limit; null = none")
    peak_memory_mib: float | None = Field(
        default=None, description="peak memory of the process so far; null where unknown"
    )


class Components(Record):
    """Which part did what, and why it was chosen."""

    trigger: str = Field(default="", description="what scored the frames")
    detector: str = Field(default="", description="what found the boxes")
    describer: str = Field(default="", description="what wrote the descriptions")
    describer_reason: str = Field(default="", description="why that describer was taken")
    checkpoint: str = Field(default="", description="the trigger's checkpoint folder")
    threshold: float = Field(default=0.0, description="the score at which an event starts")
    threshold_reason: str = Field(default="", description="how the threshold was chosen")


class AnalysisReport(Record):
    """The report on one video."""

    video_path: str = Field(description="the file as it was named")
    num_frames_analyzed: int = Field(description="frames that were scored")
    triggers: list[EventReport] = Field(description="the events, in order of time")
    video_summary: str = Field(description="the whole video in a few sentences")
    schema_version: str = Field(default=SCHEMA_VERSION, description="version of these keys")
    app_version: str = Field(description="version of Nearmiss")
    created_at: datetime = Field(description="when the analysis ended, UTC")
    video: VideoFacts = Field(description="the file")
    score_track: ScoreCurve = Field(description="the scores of the whole video")
    components: Components = Field(description="which part did what")
    counts: Counts = Field(description="how many frames each stage saw")
    timings_s: dict[str, float] = Field(
        description="wall seconds per stage; decode runs beside score"
    )
    status: Literal["complete", "partial"] = Field(
        default="complete", description="partial: not all of the file could be read"
    )
    warnings: list[str] = Field(default=[], description="what went wrong or was left out")
    hints: list[str] = Field(default=[], description="what to try next")
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
