"""How long the library takes to answer: lists, filters, searches, similar events, opening one.

    python -m benchmarks.library                  200 videos with 5,000 events
    python -m benchmarks.library --videos 4000    any other number, 25 events each

Reports of half an hour are written and taken in as the app does, each event with a description,
structured facts and 1,280 features. The first answer of each kind, from a library just opened,
counts as one of the repetitions, so that the slowest shows what a cold start costs. Processor
times hardly change when other programs keep the machine busy.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import numpy as np

from tests.report_factory import make_answer, make_event_report, make_report
from utils.event_features import EventFeatures, unit_rows, write_event_features
from utils.library import LIBRARY_FILE, Library
from utils.library.records import AnalysisFilter, Decision, EventFilter, Review
from utils.memory import peak_memory_mib
from utils.report import AnalysisReport, Answer, EventReport, ScoreCurve
from utils.scene_metadata import SceneMetadata, Weather
from utils.writers import OutputLayout, read_json, write_json

EVENTS = 25
FEATURES = 1280
MINUTES = 30
ENCODER = "benchmark"
WHO = ["white van", "red hatchback", "cyclist", "pedestrian", "truck", "motorbike", "bus", "dog"]
DOES = ["brakes", "cuts in", "crosses", "turns left", "skids", "reverses", "overtakes", "drifts"]
WHERE = ["ego lane", "crossing", "roundabout", "motorway ramp", "car park", "bend", "tunnel"]
THEN = ["the gap closes within a second", "contact is visible", "it swerves away", "both stop"]

Action = Callable[[], object]


def main() -> None:
    """Fill a library, then print the times of every kind of answer."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--videos", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = filled(Path(folder), args.videos)
        print(f"{'answer':<30} median ms  slowest ms  slowest, processor ms")
        for name, action in actions(library, args.videos * EVENTS).items():
            times = [timed_ms(action) for _ in range(args.repeat)]
            wall_ms, processor_ms = ([t[n] for t in times] for n in (0, 1))
            print(f"{name:<30} {statistics.median(wall_ms):9.1f} {max(wall_ms):11.1f}", end="")
            print(f" {max(processor_ms):22.1f}", flush=True)
        print(f"peak memory {peak_memory_mib():.0f} MiB")


def filled(folder: Path, videos: int) -> Library:
    """A library of that many analysed videos, half of whose events were reviewed."""
    rng = random.Random(0)
    library = Library(folder / LIBRARY_FILE)
    times_ms = []
    for number in range(videos):
        path = write_report(folder, number, rng)
        times_ms.append(timed_ms(lambda path=path: library.analyses.add(path))[0])
    for event_id in range(1, videos * EVENTS, 2):
        decision = rng.choice(get_args(Decision))
        library.reviews.save(event_id, Review(decision, notes=sentence(rng)))
    library.close()
    size_mib = (folder / LIBRARY_FILE).stat().st_size / (1 << 20)
    print(f"{videos} videos, {videos * EVENTS} events, {size_mib:.0f} MiB; ", end="")
    print(f"taking in one video: {statistics.median(times_ms):.0f} ms (median)")
    return Library(folder / LIBRARY_FILE)


def write_report(folder: Path, number: int, rng: random.Random) -> Path:
    """The report of one video with its features."""
    path = folder / f"drive-{number:04d}" / f"drive-{number:04d}.json"
    layout = OutputLayout(path)
    times_s = sorted(rng.uniform(5, MINUTES * 60 - 5) for _ in range(EVENTS))
    events = [named(event(t, rng), n, layout) for n, t in enumerate(times_s, start=1)]
    write_json(report(path.stem, number, events), path)
    vectors = np.random.default_rng(number).normal(0.3, 1, (EVENTS, FEATURES))
    write_event_features(layout, EventFeatures(ENCODER, unit_rows(vectors.astype(np.float32))))
    return path


def report(name: str, number: int, events: list[EventReport]) -> AnalysisReport:
    """Half an hour of video of one drive."""
    whole = make_report(
        events,
        video_path=f"/footage/{name}.mp4",
        created_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
    )
    times_s = np.arange(0, MINUTES * 60, 1 / 3).round(3)
    curve = ScoreCurve(times_s=times_s.tolist(), scores=(times_s % 1 / 2).round(4).tolist())
    video = whole.video.model_copy(update={"sha256": f"{number:064x}", "duration_s": 1800.0})
    return whole.model_copy(update={"video": video, "score_track": curve})


def event(peak_s: float, rng: random.Random) -> EventReport:
    """A described event with structured facts."""
    scene = SceneMetadata(
        caption=sentence(rng),
        event_type=rng.choice(("collision", "near_miss", "no_incident")),
        weather=rng.choice(get_args(Weather)),
        driving_setting=(rng.choice(("urban", "highway")), "intersection"),
    )
    typed = Answer(
        task="metadata", status="ok", text=scene.caption, value=scene.to_output(), source="model"
    )
    answers = [make_answer(text=f"{sentence(rng)} {sentence(rng)}"), typed]
    made = make_event_report(peak_s, answers=answers)
    return made.model_copy(
        update={"event": made.event.model_copy(update={"score": round(rng.random(), 4)})}
    )


def named(found: EventReport, number: int, layout: OutputLayout) -> EventReport:
    """The event with the names that its pictures would have."""
    frames = [
        frame.model_copy(update={"image": layout.relative(layout.keyframe(number, place))})
        for place, frame in enumerate(found.keyframes, start=1)
    ]
    return found.model_copy(update={"keyframes": frames})


def sentence(rng: random.Random) -> str:
    """Something that could be said of an event."""
    who, does, where, then = (rng.choice(words) for words in (WHO, DOES, WHERE, THEN))
    return f"A {who} {does} at the {where} and {then}, {rng.randint(2, 90)} m ahead."


def actions(library: Library, events: int) -> dict[str, Action]:
    """What a person does, by name."""
    rng = random.Random(1)
    event_id = lambda: rng.randint(1, events)  # noqa: E731

    def find(**wanted: object) -> Action:
        return lambda: library.events.find(EventFilter(**wanted))

    def videos(**wanted: object) -> Action:
        return lambda: library.analyses.find(AnalysisFilter(**wanted))

    return {
        **{f"videos, {o}": videos(sort=o) for o in ("newest", "name", "events", "to_review")},
        "videos, words of the name": videos(text="drive 01"),
        **{f"events, {o}": find(sort=o) for o in get_args(EventFilter.__annotations__["sort"])},
        "events, last page": find(offset=events - 50),
        "events to review": find(decisions=("unreviewed",)),
        "events, two facts": find(facts={"weather": "rain", "driving_setting": "urban"}),
        "events, score and date": find(min_score=0.9, since=datetime(2026, 1, 3, tzinfo=UTC)),
        "search, one word": lambda: library.events.find(EventFilter(text=rng.choice(WHO))),
        "search, three words": find(text="cyclist crosses roundab"),
        "search, one letter": find(text="c"),
        "search, decision and fact": find(
            text="van", decisions=("confirmed",), facts={"weather": "snow"}
        ),
        "similar events": lambda: library.events.similar(event_id()),
        "facts for menus": library.events.facts,
        "numbers of decisions": library.reviews.counts,
        "all reviewed moments": library.reviews.reviewed,
        "save a review": lambda: library.reviews.save(event_id(), Review("unsure")),
        "open an event": lambda: open_event(library, event_id()),
    }


def open_event(library: Library, event_id: int) -> None:
    """What the review page reads for an event."""
    found = library.events.get(event_id)
    library.analyses.get(found.analysis_id)
    library.events.of(found.analysis_id)
    read_json(found.report)
    library.reviews.history(event_id)
    library.events.similar(event_id)


def timed_ms(action: Action) -> tuple[float, float]:
    """Milliseconds of one call, on the wall and of the processor, which other programs share."""
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    action()
    cpu_ms = (time.process_time() - start_cpu_s) * 1000
    return (time.perf_counter() - start_s) * 1000, cpu_ms


if __name__ == "__main__":
    main()
