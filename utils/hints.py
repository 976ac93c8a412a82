"""Hints where they are needed: what to try when there are no events, or far too many."""

from utils.clip import ScoreTrack
from utils.events import find_events, highest_score
from utils.plain_text import clock
from utils.report import AnalysisReport, TriggerEvent
from utils.settings import EventSettings

MANY_EVENTS_PER_MINUTE = 6.0


def hints(
    track: ScoreTrack, events: list[TriggerEvent], threshold: float, settings: EventSettings
) -> list[str]:
    """Sentences that say what to try next; empty where nothing needs saying."""
    if len(track) == 0:
        return []
    if not events:
        return [_nothing_found(track, threshold, settings)]
    minutes = max(float(track.times_s[-1] - track.times_s[0]) / 60, 1 / 6)
    if len(events) > 2 and len(events) / minutes > MANY_EVENTS_PER_MINUTE:
        median = sorted(e.score for e in events)[len(events) // 2]
        return [
            f"{len(events)} events in {minutes:.1f} minutes at threshold {threshold:.2f}; "
            f"--threshold {median:.2f} keeps the stronger half"
        ]
    return []


def _nothing_found(track: ScoreTrack, threshold: float, settings: EventSettings) -> str:
    score, time_s = highest_score(track)
    fact = f"0 triggers: the highest score is {score:.2f} at {clock(time_s)}"
    lower = int(score * 100) / 100
    if lower <= 0 or lower >= threshold:
        return f"{fact}, threshold {threshold:.2f}"
    count = len(find_events(track, lower, settings=settings))
    return f"{fact}; --threshold {lower:.2f} gives {count} event{'s' if count != 1 else ''}"


def gating_line(report: AnalysisReport) -> str:
    """What describing only the triggered frames saved, from the run's own counts and seconds."""
    counts = report.counts
    if counts.frames_described > counts.frames_sampled:  # frames between the sampled ones too
        return f"The describer saw {counts.frames_described} frames around the events"
    share = counts.frames_described / max(counts.frames_sampled, 1)
    line = (
        f"The describer saw {counts.frames_described} of {counts.frames_sampled} sampled frames "
        f"({share:.1%})"
    )
    spent_s = report.timings_s.get("describe", 0.0)
    if counts.frames_described == 0 or spent_s < 0.1:
        return line
    ungated_s = spent_s / counts.frames_described * counts.frames_sampled
    return f"{line} in {spent_s:.1f} s; without the trigger it would be about {ungated_s:.0f} s"
