"""Each probe against triggers that it must fail, and against one that reads what happens."""

from dataclasses import replace

import pytest

from models.trust import leaks, order, pictures, sampling, skill, sources
from models.trust.examination import PROBES, examine
from tests.models.trust.drawn_footage import (
    brightness,
    frame_count,
    lettering,
    make_clips,
    make_subject,
    position,
    speed,
    warmed_up,
)
from tests.utils.test_calibration import make_calibration
from utils.errors import AnnotationError
from utils.trust_report import TrustReport


@pytest.fixture(scope="module")
def good():
    return make_subject(speed)


def report_on(subject):
    return next(s for s in examine(subject, "drawn") if isinstance(s, TrustReport))


def test_a_trigger_that_reads_what_happens_passes_all_but_the_promise(good):
    before = [f.frames.frames.copy() for f in good.held_out]
    report = report_on(good)
    failed = {f.title: f.figure for f in report.findings if f.verdict != "pass"}
    assert set(failed) == {"The promise on false alarms"}, failed
    assert len(report.findings) == len(PROBES)
    assert all((a == f.frames.frames).all() for a, f in zip(before, good.held_out, strict=True))


def test_a_trigger_that_reads_single_pictures_fails_shuffled_frames():
    finding = order.SHUFFLE(make_subject(brightness))
    assert finding.verdict == "fail"
    assert finding.value == 1.0


def test_a_still_picture_betrays_a_trigger_that_reads_single_pictures():
    finding = order.STILL(make_subject(lambda clip: 1.3 * brightness(clip)))
    assert finding.verdict == "fail"


def test_a_trigger_that_reads_the_place_in_the_file_fails_cut_clips():
    finding = order.CUT(make_subject(position))
    assert finding.verdict == "fail"
    assert finding.value == pytest.approx(3 / 20, abs=0.01)


def test_a_trigger_that_lives_on_silent_first_seconds_fails_without_them():
    finding = order.WARM_UP(make_subject(warmed_up))
    assert finding.value > 0.05
    assert finding.verdict != "pass"


def test_a_trigger_that_reads_brightness_fails_blank_pictures_and_other_light():
    subject = make_subject(brightness)
    nothing = pictures.NONSENSE(subject)
    assert nothing.verdict == "fail"
    assert "white" in nothing.sentence
    verdicts = {probe.title: probe(subject).verdict for probe in pictures.STABILITY}
    assert verdicts["Darker"] == verdicts["Brighter"] == "fail"
    assert verdicts["Mirrored"] == "pass"


def test_a_trigger_that_reads_lettering_at_the_crash_fails_the_edge_alone():
    finding = pictures.BORDER_ONLY(make_subject(lettering, make_clips(lettering="yes")))
    assert finding.verdict == "fail"


def test_a_trigger_that_reads_the_rate_fails_another_rate():
    finding = sampling.OTHER_RATE(make_subject(frame_count))
    assert finding.verdict == "fail"


def test_a_trigger_that_reads_how_a_clip_was_made_fails_the_source_probe():
    clips = [
        replace(clip, tags={"light": "0.7"} if row % 3 == 0 else {"light": "0.3"})
        for row, clip in enumerate(make_clips())  # the drawn picture size follows row % 3
    ]
    finding = sources.SCORES(make_subject(brightness, clips))
    assert finding.verdict == "fail"


def test_labels_that_follow_the_source_are_named(good):
    marked = [
        replace(clip, tags={"border": "12"} if clip.kind == "crash" else {})
        for clip in make_clips()
    ]
    finding = sources.LABELS(make_subject(speed, marked))
    assert finding.verdict == "fail"
    assert "best single fact: black border" in finding.figure
    assert sources.LABELS(good).verdict == "pass"


def test_clips_seen_in_training_are_found_by_source_and_by_pictures(good):
    assert leaks.LEAKS(good).verdict == "pass"
    same_source = replace(good, traces=[
        replace(t, clip=replace(t.clip, group="one")) for t in good.traces
    ])  # fmt: skip
    finding = leaks.LEAKS(same_source)
    assert finding.verdict == "fail"
    assert "22 share a source" in finding.figure
    copied = replace(good, traces=[*good.traces, replace(
        good.traces[0], clip=replace(good.traces[0].clip, split="train", group="copy")
    )])  # fmt: skip
    finding = leaks.LEAKS(copied)
    assert finding.value == pytest.approx(1 / 22, abs=1e-4)
    assert "0.mp4 looks like 0.mp4" in finding.sentence


def test_a_trigger_that_knows_one_corpus_only_fails_across_corpora():
    def one_corpus(clip):
        return speed(clip) if int(clip.info.path.stem) % 2 else 1 - speed(clip)

    finding = skill.CORPORA(make_subject(one_corpus))
    assert finding.verdict == "fail"
    assert finding.value == pytest.approx(1.0, abs=0.05)
    assert "Other clips of all these corpora were trained on" in finding.sentence


def test_a_trigger_without_skill_fails_ranking():
    subject = make_subject(lambda clip: 1 - speed(clip))
    assert skill.RANKING(subject).verdict == "fail"
    assert skill.FOUND(subject).verdict == "fail"


@pytest.mark.parametrize(
    ("calibration", "verdict"),
    [(None, "fail"), (make_calibration(), "warn"), (make_calibration(hours=40.0), "pass")],
)
def test_the_promise_needs_a_calibration_with_enough_hours(calibration, verdict, good):
    good.trigger.calibration = calibration
    try:
        assert skill.promise(good).verdict == verdict
    finally:
        good.trigger.calibration = None


def test_few_clips_give_no_verdict():
    report = report_on(make_subject(speed, make_clips(crash=3, normal=1, train=2)))
    verdicts = {f.title: f.verdict for f in report.findings}
    assert verdicts.pop("Pictures of nothing") == "pass"  # its clips are drawn
    assert set(verdicts.values()) == {"unknown", "fail"}
    assert verdicts["The promise on false alarms"] == "fail"


def test_without_a_crash_nothing_is_examined():
    with pytest.raises(AnnotationError, match="no held-out crash"):
        report_on(make_subject(speed, make_clips(crash=0)))
