"""A context whose library holds two analyses of one drawn video."""

import pytest

from tests.fake_analyze import FakeAnalyze
from tests.report_factory import make_answer, make_curve, make_event_report, make_report
from utils.library.records import Review
from utils.writers.json_report import write_json

DURATION_S = 10.0


def of_ten_seconds(*events, **changes):
    """A report on a video of ten seconds."""
    curve = make_curve(DURATION_S, [found.event.peak_s for found in events])
    report = make_report(list(events), score_track=curve, **changes)
    video = report.video.model_copy(update={"duration_s": DURATION_S})
    return report.model_copy(update={"video": video})


@pytest.fixture
def stored(context, video, tmp_path):
    """Ids of two stored analyses: both at 2.3 s with other words, one at 5.1 s, one at 8.0 s."""
    a = of_ten_seconds(make_event_report(2.3), make_event_report(5.1), video_path=str(video))
    other = make_event_report(2.6, answers=[make_answer(text="A red van brakes in the ego lane.")])
    b = of_ten_seconds(other, make_event_report(8.0), video_path=str(video))
    parts = b.components.model_copy(update={"checkpoint": "checkpoints/run-7"})
    ids = []
    for name, report in (("a", a), ("b", b.model_copy(update={"components": parts}))):
        facts = report.video.model_copy(update={"size_bytes": video.stat().st_size})
        report = report.model_copy(update={"video": facts})
        path = tmp_path / "outputs" / name / f"{name}.json"
        path.parent.mkdir(parents=True)
        write_json(report, path)
        ids.append(context.library.analyses.add(path).id)
    return ids


@pytest.fixture
def reviewed(context, stored):
    """The stored analyses, of whose moments one is confirmed and one a false alarm."""
    at_2_3, at_5_1 = context.library.events.of(stored[0])
    context.library.reviews.save(at_2_3.id, Review("confirmed"))
    context.library.reviews.save(at_5_1.id, Review("false_alarm", reason="shadow"))
    return stored


@pytest.fixture
def slow(with_analyze):
    """The context with an analysis that takes half a second."""
    report = of_ten_seconds(make_event_report(2.3))
    return with_analyze(FakeAnalyze(report, pause_s=0.04))
