"""The few interfaces that every system plugs into: Trigger, Detector, Chat, Describer and theirs.

No weights, no library types: the pipeline and the tests' fakes need nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from utils.calibration import Calibration
from utils.clip import Clip, Frames, Sampling, ScoreTrack
from utils.event_features import Vectors
from utils.evidence import Evidence
from utils.report import Answer, Detection
from utils.tasks import Task


class FrameEncoder(Protocol):
    """Says what frames look like. name: changes with the weights; only equal names compare."""

    name: str

    def encode(self, frames: Frames) -> Vectors:
        """Frames uint8 RGB (T,H,W,3) of any size to float32 (T,D)."""
        ...


class Trigger(Protocol):
    """Scores video over time.

    calibration: what its scores cost and find; None = not measured. frame_encoder: the part that
    looks at single frames; None where there is none that can be asked.
    """

    name: str
    sampling: Sampling
    threshold: float
    label: str
    calibration: Calibration | None
    frame_encoder: FrameEncoder | None

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        """Consecutive pieces of the track for consecutive clips of one video.

        Pieces do not overlap and together hold one score per frame; how the clips are cut does
        not change the scores. Memory does not grow with the number of clips.
        """
        ...


class Detector(Protocol):
    """Finds objects on frames."""

    name: str

    def detect(self, clip: Clip) -> list[Detection]:
        """Boxes of all frames in pixels of the clip's frames, times set, track_id not set."""
        ...


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question: text, and for a vision model up to 96 frames with their times.

    Requests with one and the same `frames` object are questions about one clip: asked together,
    its pictures are looked at once where the chat can. json_schema: the reply must be JSON of
    this schema. choices: the reply must be one of these.
    """

    text: str
    frames: Clip | None = None
    system: str = ""
    max_new_tokens: int = 160
    json_schema: Mapping[str, Any] | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The model's raw text, whether it ended by itself, and its share of the seconds.

    choice_scores: probabilities of the request's choices, in their order, adding up to 1; None
    where the model gives none. constrained: the decoder could write nothing but the schema or
    one of the choices; otherwise the text is the model's own and may be anything.
    """

    text: str
    complete: bool
    seconds: float
    choice_scores: tuple[float, ...] | None = None
    constrained: bool = False


class Chat(Protocol):
    """A language or vision-language model that answers questions."""

    name: str
    sees_frames: bool

    def ask(self, requests: Sequence[ChatRequest]) -> list[ChatReply]:
        """One reply per request, batched. Raises ModelUnavailableError where it cannot run."""
        ...


class Describer(Protocol):
    """Answers tasks about events."""

    name: str
    frames_per_event: int

    def answer(self, evidence: Sequence[Evidence], tasks: Sequence[Task]) -> list[list[Answer]]:
        """One list per event, one answer per task in it, both in order.

        A failure is an Answer with status `failed` and no text.
        """
        ...
