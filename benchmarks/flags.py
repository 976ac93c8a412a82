"""How often answers are flagged: sentences a person wrote of a clip, and those of other clips.

    python -m benchmarks.flags FOLDER     a folder with drives/labels.csv and its videos

The first are true, so their flags are false alarms. The second are mostly wrong, but a sentence
about a car is not wrong on any road, so not all of them can be found out. The embedded detector
looks at five keyframes around the moment that a person wrote down.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from models.build import build_detector
from models.describers.contradictions import contradictions
from models.interfaces import Detector
from utils.answers import FreeText
from utils.clip import ScoreTrack
from utils.datasets.drives import read_drives
from utils.errors import VideoError
from utils.evidence import Evidence, facts, keyframe_times, track_around
from utils.labeled_clip import LabeledClip
from utils.report import TriggerEvent
from utils.settings import DetectorSettings
from utils.tracks import link
from utils.video import VideoFile

KEYFRAMES = 5
BEFORE_S, AFTER_S = 1.0, 2.0  # an event of this reach around the moment
RATE_FPS = 3.0


def main() -> None:
    """Print both rates and the sentences that were flagged wrongly."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="with drives/labels.csv")
    told = list(events(read_drives(parser.parse_args().folder)))
    if not told:
        sys.exit("no clip has both a moment and a description")
    true = [flags(sentence, seen) for sentence, seen in told]
    others = [
        flags(sentence, seen)
        for n, (_, seen) in enumerate(told)
        for m, (sentence, _) in enumerate(told)
        if n != m
    ]
    for flagged in filter(None, true):
        print("\n".join(flagged))
    report("of their own clip", true)
    report("of other clips", others)


def events(clips: Sequence[LabeledClip]) -> Iterator[tuple[str, Evidence]]:
    """The sentences of clips with a moment, each with the evidence of that moment."""
    detector = build_detector(DetectorSettings(kind="embedded"))
    assert detector is not None
    for clip in clips:
        if clip.caption and clip.events_s:
            try:
                yield clip.caption, evidence(clip, detector)
            except VideoError as error:
                print(f"left out: {error}")


def evidence(clip: LabeledClip, detector: Detector) -> Evidence:
    """What a report would hold of the moment, with scores that say nothing."""
    moment_s = clip.events_s[0]
    with VideoFile(clip.path) as video:
        last_s = video.info.duration_s or moment_s
        event = TriggerEvent(
            start_s=max(moment_s - BEFORE_S, 0.0),
            end_s=moment_s + AFTER_S,
            peak_s=moment_s,
            peak_frame_index=0,
            score=0.5,
            source="labels",
        )
        times_s = np.arange(0.0, last_s, 1 / RATE_FPS)
        indices = np.arange(len(times_s))
        track = ScoreTrack(times_s, np.full(len(times_s), 0.5), indices, "labels")
        keyframes = video.grab(keyframe_times(event, count=KEYFRAMES, last_s=last_s))
        boxes = tuple(link(detector.detect(keyframes)))
        return Evidence(video.info, event, keyframes, boxes, track_around(track, event))


def flags(sentence: str, seen: Evidence) -> tuple[str, ...]:
    """The flags of a sentence about an event."""
    return contradictions(FreeText(text=sentence), seen, facts(seen))


def report(name: str, found: Sequence[tuple[str, ...]]) -> None:
    """Print how many texts have a flag."""
    count = sum(map(bool, found))
    print(f"texts {name}: {count} of {len(found)} flagged ({count / len(found):.0%})")


if __name__ == "__main__":
    main()
