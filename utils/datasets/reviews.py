"""What a person's decisions about the events of one video make of it as a labelled clip.

Pure: knows the decisions and the annotations format, but no library, report or database.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from utils.datasets.annotations import AnnotatedVideo, Trigger
from utils.labeled_clip import Split
from utils.plain_text import one_line

JudgedAs = Literal["confirmed", "near_miss", "false_alarm", "unsure", "unreviewed"]
LABELS: dict[str, str] = {"confirmed": "crash", "near_miss": "near_miss"}
VALIDATION_SHARE = 4  # every fourth video, by its checksum
MOVED_S = 0.05  # a start nearer to the report's is not a correction


@dataclass(frozen=True, slots=True)
class JudgedEvent:
    """An event and the decision about it, seconds from the first frame.

    corrected_start_s, corrected_end_s: as the person set them, None where the found ones are right.
    """

    decision: JudgedAs
    start_s: float
    peak_s: float
    corrected_start_s: float | None = None
    corrected_end_s: float | None = None
    notes: str = ""

    @property
    def moment_s(self) -> float:
        """When it happens: the corrected start; without one the peak, or the start after which
        a corrected end leaves no peak."""
        start_s, end_s = self.corrected_start_s, self.corrected_end_s
        if start_s is not None and abs(start_s - self.start_s) > MOVED_S:
            return start_s
        return self.peak_s if end_s is None or self.peak_s < end_s else self.start_s


def why_left_out(events: Sequence[JudgedEvent]) -> str:
    """Why these decisions do not say what the whole video shows; empty where they do."""
    counts = Counter(event.decision for event in events)
    if not events:
        return "it has no event, so nobody looked at it"
    if counts["unreviewed"]:
        return f"{counts['unreviewed']} of its {len(events)} events are not reviewed"
    if counts["unsure"]:
        return f"{counts['unsure']} of its {len(events)} events were judged unsure"
    return ""


def annotated_video(name: str, events: Sequence[JudgedEvent]) -> AnnotatedVideo:
    """The entry of a video of which every event was decided; only false alarms mean normal.

    A moment that stands twice comes once, as a crash rather than a near miss.
    """
    found: dict[float, Trigger] = {}
    for event in sorted(events, key=lambda event: event.decision == "confirmed"):
        label = LABELS.get(event.decision)
        if label is not None:
            moment_s = round(max(0.0, event.moment_s), 3)
            text = one_line(event.notes)
            found[moment_s] = Trigger(timestamp=moment_s, label=label, description=text)
    triggers = tuple(found[moment_s] for moment_s in sorted(found))
    return AnnotatedVideo(video_path=name, triggers=triggers)


def split_of(video_sha256: str) -> Split:
    """The side of a video: it depends on its content only, so it never changes."""
    return "val" if int(video_sha256[:8], 16) % VALIDATION_SHARE == 0 else "train"
