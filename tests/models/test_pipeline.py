"""The one path from a video to a report, with fakes for everything that has weights."""

from fractions import Fraction

import pytest

from models.pipeline import Pipeline
from tests.fake_parts import FakeDescriber, FakeDetector, FakeTrigger
from tests.utils.test_calibration import make_calibration, make_map
from tests.video_factory import VideoPlan, cut_file, write_video
from utils.config import validate
from utils.errors import ModelUnavailableError, VideoError
from utils.progress import Progress
from utils.report import AnalysisReport, Components
from utils.writers import OutputLayout, read_json, write_json, write_keyframes


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "drive.mp4"
    return write_video(path, VideoPlan(frames=180, rate=Fraction(30)))  # 6 s


def make_pipeline(
    trigger=None, *, describer=None, detector="default", describer_settings=None, **tree
):
    trigger = trigger or FakeTrigger()
    tree |= {"describer": describer_settings} if describer_settings else {}
    return Pipeline(
        trigger,
        FakeDetector() if detector == "default" else detector,
        describer or FakeDescriber(),
        settings=validate(tree, source="test"),
        components=Components(trigger=trigger.name, threshold=trigger.threshold),
    )


def test_a_report_holds_the_event_with_boxes_and_description(video):
    report = make_pipeline().analyze(video)
    assert report.num_triggers_detected == 1
    event = report.triggers[0]
    assert (event.event.start_s, event.event.end_s) == (2.0, 3.0)
    assert event.timestamp == pytest.approx(2.8)
    assert event.frame_index == 84
    assert event.analysis == "An event at 2.8 s."
    assert {d.time_s for d in event.detections} == {k.time_s for k in event.keyframes}
    assert len({d.track_id for d in event.detections}) == 1
    assert report.status == "complete"
    assert len(report.video.sha256) == 64


def test_a_score_is_a_probability_only_with_a_calibration(video):
    calibrated = FakeTrigger()
    calibrated.calibration = make_calibration(probability=make_map())
    found = [make_pipeline(trigger).analyze(video) for trigger in (FakeTrigger(), calibrated)]
    assert [r.triggers[0].event.probability for r in found] == [None, 0.9]
    assert found[0].triggers[0].event.score == found[1].triggers[0].event.score


def test_only_keyframes_of_events_reach_detector_and_describer(video):
    trigger, detector, describer = FakeTrigger(), FakeDetector(), FakeDescriber()
    counts = make_pipeline(trigger, detector=detector, describer=describer).analyze(video).counts
    assert trigger.frames_seen == counts.frames_scored == counts.frames_sampled == 30
    assert describer.frames_seen == counts.frames_described == 3
    assert detector.frames_seen == counts.frames_detected == 3
    assert counts.frames_read == 180


def test_no_event_means_nothing_is_described(video):
    describer = FakeDescriber()
    report = make_pipeline(FakeTrigger(high=(50, 60)), describer=describer).analyze(video)
    assert report.triggers == []
    assert describer.frames_seen == 0
    assert "highest score is 0.10" in report.hints[0]
    assert "--threshold 0.1" in report.hints[0]


def test_all_tasks_of_the_settings_are_asked_about_an_event_at_once(video):
    tasks = ["metadata", "cause_reasoning", "description", "causal_reasoning"]
    describer = FakeDescriber()
    pipeline = make_pipeline(describer=describer, describer_settings={"tasks": tasks})
    report = pipeline.analyze(video)
    said = [answer.task for answer in report.triggers[0].answers]
    assert said == ["metadata", "causal_reasoning", "description"]
    assert describer.groups == [1]
    assert (report.counts.frames_described, report.counts.events_described) == (3, 1)


def test_a_failing_describer_leaves_a_reason_for_every_task(video):
    describer = FakeDescriber(ValueError("out of words"))
    settings = {"tasks": ["metadata", "crash_risk"]}
    report = make_pipeline(describer=describer, describer_settings=settings).analyze(video)
    answers = report.triggers[0].answers
    assert [(a.task, a.status) for a in answers] == [
        ("metadata", "failed"),
        ("crash_risk", "failed"),
    ]
    assert report.counts.events_described == 0


def test_the_look_decides_which_frames_are_shown(video):
    settings = {"look_before_s": 2.0, "look_after_s": 0.0}
    event = make_pipeline(describer_settings=settings).analyze(video).triggers[0]
    assert [k.time_s for k in event.keyframes] == pytest.approx([0.8, 1.8, 2.8], abs=0.02)


@pytest.mark.parametrize("error", [ValueError("out of words"), ModelUnavailableError("no weights")])
def test_a_failing_describer_leaves_the_event_without_a_text(video, error):
    event = make_pipeline(describer=FakeDescriber(error)).analyze(video).triggers[0]
    assert event.analysis is None
    assert event.answers[0].status == "failed"
    assert str(error) in event.answers[0].error
    assert event.detections


def test_the_frame_budget_describes_the_strongest_events_first(video):
    class Two(FakeTrigger):
        def score(self, clips):
            for track in super().score(clips):
                track.scores[(track.times_s > 5)] = 0.7
                yield track

    tree = {"limits": {"max_described_frames": 5}, "events": {"merge_gap_s": 0.5}}
    report = make_pipeline(Two(), **tree).analyze(video)
    assert [e.described for e in report.triggers] == [True, False]
    assert [e.analysis is None for e in report.triggers] == [False, True]
    assert report.counts.frames_described == 3
    assert any("1 of 2 events are described" in w for w in report.warnings)


def test_sampled_frames_stop_at_the_limit_and_the_report_says_so(video):
    report = make_pipeline(limits={"max_sampled_frames": 12}).analyze(video)
    assert report.num_frames_analyzed == report.counts.frames_sampled == 12
    assert any("max_sampled_frames" in w and "0:02" in w for w in report.warnings)


def test_a_limit_that_is_not_reached_is_not_mentioned(video):
    assert make_pipeline(limits={"max_sampled_frames": 30}).analyze(video).warnings == []


def test_a_report_reads_back_equal(video, tmp_path):
    layout = OutputLayout(tmp_path / "a.json")
    report = make_pipeline().analyze(
        video, sink=lambda number, clip: write_keyframes(clip, number, layout)
    )
    write_json(report, layout.base)
    assert read_json(layout.base) == report
    assert all((tmp_path / k.image).is_file() for k in report.triggers[0].keyframes)


def test_progress_goes_forward_and_ends_with_the_report(video):
    steps = list(make_pipeline().run(video))
    assert isinstance(steps[-1], AnalysisReport)
    assert all(isinstance(s, Progress) for s in steps[:-1])
    assert [s.stage for s in steps[:-1]] == sorted(
        [s.stage for s in steps[:-1]], key=["open", "score", "describe"].index
    )
    fractions = [s.fraction for s in steps[:-1] if s.stage == "score"]
    assert fractions == sorted(fractions)
    assert all(0 <= f <= 1 for f in fractions)


def test_closing_the_run_stops_it(video):
    trigger = FakeTrigger()
    run = make_pipeline(trigger).run(video)
    next(run)
    run.close()
    assert trigger.frames_seen == 0


def test_a_truncated_file_gives_a_partial_report_with_both_numbers(tmp_path):
    source = write_video(tmp_path / "whole.mkv", VideoPlan(frames=150))
    report = make_pipeline().analyze(cut_file(source, tmp_path / "cut.mkv", 0.5))
    assert report.status == "partial"
    assert report.warnings


def test_an_unreadable_file_is_an_error(tmp_path):
    path = tmp_path / "not.mp4"
    path.write_text("no video")
    with pytest.raises(VideoError, match=r"not\.mp4"):
        make_pipeline().analyze(path)


def test_without_a_detector_events_have_no_boxes(video):
    report = make_pipeline(detector=None).analyze(video)
    assert report.triggers[0].detections == []
    assert report.counts.frames_detected == 0
