"""A run from path to files, as the app and the command line start it; parts are fakes."""

import json
import shutil
import threading
import time
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

import inference
from models import session
from models.pipeline import Pipeline
from tests.fake_parts import FakeDescriber, FakeDetector, FakeTrigger
from tests.video_factory import VideoPlan, write_video
from tests.waiting import HANG_S, wait_until
from utils.config import validate
from utils.errors import OutputError
from utils.event_features import features_path, read_event_features
from utils.progress import Finished
from utils.report import Components
from utils.writers import OutputLayout, read_json

ALL = {"outputs": {"formats": ["json", "html", "csv", "srt", "mp4", "wav"], "pre_roll_s": 1}}

OF_RUNS = {"attended", "prefetch", "digest"}  # threads


def fake_pipeline(settings):
    components = Components(threshold=settings.trigger.threshold or 0.5)
    return Pipeline(
        FakeTrigger(), FakeDetector(), FakeDescriber(), settings=settings, components=components
    )


@pytest.fixture(autouse=True)
def built(monkeypatch):
    """The settings of every pipeline that was built."""
    seen = []

    def build(settings):
        seen.append(settings)
        return fake_pipeline(settings)

    monkeypatch.setattr(session, "build_pipeline", build)
    return seen


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "drive.mp4"
    return write_video(path, VideoPlan(frames=150, rate=Fraction(30)))


def run(video, layout, **tree):
    steps = list(session.AnalysisSession().analyze(video, validate(tree, source="t"), layout))
    assert isinstance(steps[-1], Finished)
    return steps[-1]


def test_every_format_is_written_and_named_in_the_report(video, tmp_path):
    finished = run(video, OutputLayout(tmp_path / "analysis.json"), **ALL)
    assert set(finished.files) == {"json", "html", "csv", "srt", "mp4", "wav"}
    assert all(path.exists() for path in finished.files.values())
    report = read_json(finished.files["json"])
    assert report == finished.report
    assert report.spoken_summary == "analysis.wav"
    with av.open(str(tmp_path / report.triggers[0].clip)) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"
        assert float(clip.duration / av.time_base) == pytest.approx(
            4.0, abs=0.1
        )  # 1.0 s to the end


def test_sound_that_cannot_be_made_is_a_warning_and_loses_nothing(video, tmp_path, monkeypatch):
    def mute(*_args, **_kwargs):
        raise OutputError("no audio: silence")

    monkeypatch.setattr(session, "speak", mute)
    finished = run(video, OutputLayout(tmp_path / "a.json"), **ALL)
    assert "wav" not in finished.files
    assert any("no audio: silence" in w for w in read_json(finished.files["json"]).warnings)


def test_an_output_that_cannot_be_written_is_refused_before_any_work(video, tmp_path, built):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        run(video, OutputLayout(tmp_path / "file" / "a.json"))
    assert built == []


def test_models_are_loaded_once_for_equal_settings(video, tmp_path, built):
    one = session.AnalysisSession()
    settings = validate({}, source="t")
    for number in range(2):
        list(one.analyze(video, settings, OutputLayout(tmp_path / f"{number}.json")))
    assert len(built) == 1
    other = validate({"trigger": {"threshold": 0.9}}, source="t")
    list(one.analyze(video, other, OutputLayout(tmp_path / "2.json")))
    assert len(built) == 2


def cli(*arguments):
    return inference.main([str(a) for a in arguments])


def test_the_command_line_writes_the_report_and_ends_with_zero(video, tmp_path, capsys):
    output = tmp_path / "out" / "analysis.json"
    assert cli("--video", video, "--output", output, "--outputs", "json,csv") == 0
    top = list(json.loads(output.read_text(encoding="utf-8")))
    assert top[:5] == [
        "video_path",
        "num_frames_analyzed",
        "num_triggers_detected",
        "triggers",
        "video_summary",
    ]
    shown = capsys.readouterr().out
    assert "An event at 2.8 s." in shown
    assert "3 of 25 sampled frames (12.0%)" in shown


def test_a_threshold_of_zero_is_obeyed(video, tmp_path, built):
    assert cli("--video", video, "--output", tmp_path / "a.json", "--threshold", 0) == 0
    assert built[0].trigger.threshold == 0


def test_a_refused_file_ends_with_two_and_one_line(tmp_path, capsys):
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    assert cli("--video", bad, "--output", tmp_path / "a.json") == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert error[0].startswith("error: bad.mp4")
    assert not (tmp_path / "a.json").exists()


def test_a_bad_file_among_good_ones_ends_with_three_and_loses_nothing(video, tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "a.mp4").write_text("no video")
    (folder / "b.mp4").write_bytes(video.read_bytes())
    (folder / "notes.txt").write_text("not looked at")
    assert cli("--video", folder, "--output", tmp_path / "out", "--outputs", "json,csv") == 3
    assert read_json(tmp_path / "out" / "b.json").num_triggers_detected == 1
    assert len((tmp_path / "out" / "all_events.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--threshold", "1.9"], "trigger.threshold"),
        (["--outputs", "json,pdf"], "outputs.formats"),
        (["--set", "evnets.x=1"], "evnets"),
        (["--profile", "none"], "no such profile"),
        (["--config", "absent.yaml"], "cannot read"),
    ],
)
def test_a_bad_setting_ends_with_two_and_one_line(video, capsys, arguments, words):
    assert cli("--video", video, *arguments) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert words in error[0]


def test_an_empty_folder_is_refused(tmp_path, capsys):
    assert cli("--video", tmp_path) == 2
    assert "no video in the folder" in capsys.readouterr().err


def test_naming_a_describer_is_the_word_to_fetch_its_weights(video, tmp_path, built):
    cli("--video", video, "--output", tmp_path / "a.json", "--describer", "llava")
    assert (built[0].describer.kind, built[0].describer.allow_download) == ("llava", True)
    cli("--video", video, "--output", tmp_path / "a.json")
    assert (built[1].describer.kind, built[1].describer.allow_download) == ("auto", False)


class MeanColours:
    """A frame encoder: the mean of each colour."""

    name = "colours-1"

    def encode(self, frames):
        return frames.mean(axis=(1, 2)).astype(np.float32)


@pytest.fixture
def seeing(monkeypatch):
    """The pipelines that are built have a trigger which can look at single frames."""

    def build(settings):
        pipeline = fake_pipeline(settings)
        pipeline.trigger.frame_encoder = MeanColours()
        return pipeline

    monkeypatch.setattr(session, "build_pipeline", build)


def test_each_event_leaves_what_it_looks_like_beside_its_pictures(video, tmp_path, seeing):
    layout = OutputLayout(tmp_path / "a.json")
    report = run(video, layout).report
    features = read_event_features(layout)
    assert features.encoder == "colours-1"
    assert len(features) == report.num_triggers_detected == 1
    paths = [layout.absolute(keyframe.image) for keyframe in report.triggers[0].keyframes]
    pictures = [np.asarray(Image.open(path).convert("RGB"), float) for path in paths]
    expected = np.mean([picture.mean(axis=(0, 1)) for picture in pictures], axis=0)
    np.testing.assert_allclose(features.vectors[0], expected / np.linalg.norm(expected), atol=0.02)


def test_features_of_an_earlier_run_do_not_stay(video, tmp_path, seeing, monkeypatch):
    layout = OutputLayout(tmp_path / "a.json")
    run(video, layout)
    run(video, layout, trigger={"threshold": 0.99})
    assert read_event_features(layout) is None
    run(video, layout)
    monkeypatch.setattr(session, "build_pipeline", fake_pipeline)
    run(video, layout)
    assert read_event_features(layout) is None


def test_features_that_cannot_be_written_lose_nothing_else(video, tmp_path, seeing):
    layout = OutputLayout(tmp_path / "a.json")
    features_path(layout).mkdir(parents=True)
    finished = run(video, layout)
    assert any("similar events" in w for w in read_json(finished.files["json"]).warnings)


def blocking_describer(started, release):
    """A describer that is busy until it is released."""

    class Blocking(FakeDescriber):
        def answer(self, evidence, tasks):
            started.set()
            release.wait(HANG_S)
            return super().answer(evidence, tasks)

    return Blocking()


@pytest.fixture
def busy(monkeypatch):
    """Pipelines whose describer answers only when told to; (started, release)."""
    started, release = threading.Event(), threading.Event()

    def build(settings):
        pipeline = fake_pipeline(settings)
        pipeline.describer = blocking_describer(started, release)
        return pipeline

    monkeypatch.setattr(session, "build_pipeline", build)
    yield started, release
    release.set()


def test_a_model_that_is_busy_does_not_hold_up_progress_or_the_end(video, tmp_path, busy):
    started, release = busy
    one, layout = session.AnalysisSession(), OutputLayout(tmp_path / "a" / "a.json")
    steps = one.analyze(video, validate({}, source="t"), layout)
    while not started.is_set():
        next(steps)
    told = [next(steps) for _ in range(3)]  # nothing new, yet it answers
    assert {step.stage for step in told} <= {"score", "describe"}
    before = time.monotonic()
    steps.close()
    assert time.monotonic() - before < HANG_S / 2  # not until it is released
    shutil.rmtree(layout.base.parent)

    again = one.analyze(video, validate({}, source="t"), OutputLayout(tmp_path / "b.json"))
    assert [next(again).message for _ in range(3)] == ["Loading models"] * 3  # waits, and says so
    release.set()
    assert isinstance(list(again)[-1], Finished)
    assert not layout.base.parent.exists()  # what was left wrote nothing any more


def test_runs_that_take_turns_never_use_the_models_at_once(video, tmp_path, monkeypatch):
    inside, most = [], []

    class Watched(FakeDescriber):
        def answer(self, evidence, tasks):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.3)
            inside.pop()
            return super().answer(evidence, tasks)

    def build(settings):
        pipeline = fake_pipeline(settings)
        pipeline.describer = Watched()
        return pipeline

    monkeypatch.setattr(session, "build_pipeline", build)
    one, settings = session.AnalysisSession(), validate({}, source="t")
    layouts = [OutputLayout(tmp_path / f"{n}.json") for n in range(3)]
    runs = [one.analyze(video, settings, layout) for layout in layouts]
    ends = [None] * len(runs)
    while not all(isinstance(end, Finished) for end in ends):
        ends = [next(run, end) for run, end in zip(runs, ends, strict=True)]
    assert most == [1, 1, 1]
    assert len({end.report.num_triggers_detected for end in ends}) == 1


def test_a_model_that_loads_is_kept_when_the_run_is_cancelled(video, tmp_path, monkeypatch):
    loads, release = [], threading.Event()

    def slow_build(settings):
        loads.append(settings)
        release.wait(HANG_S)
        return fake_pipeline(settings)

    monkeypatch.setattr(session, "build_pipeline", slow_build)
    one, settings = session.AnalysisSession(), validate({}, source="t")
    steps = one.analyze(video, settings, OutputLayout(tmp_path / "a.json"))
    assert [next(steps).stage for _ in range(3)] == ["load"] * 3
    before = time.monotonic()
    steps.close()
    assert time.monotonic() - before < HANG_S / 2  # not until it is released
    release.set()
    assert isinstance(
        list(one.analyze(video, settings, OutputLayout(tmp_path / "b.json")))[-1], Finished
    )
    assert len(loads) == 1


@pytest.mark.parametrize("stage", ["load", "open", "score", "describe", "write"])
def test_a_run_that_is_cancelled_at_any_stage_ends_its_threads(video, tmp_path, stage):
    steps = session.AnalysisSession().analyze(
        video, validate(ALL, source="t"), OutputLayout(tmp_path / "a.json")
    )
    for step in steps:
        if step.stage == stage:
            break
    else:
        pytest.fail(f"no step of the stage {stage}")
    steps.close()
    wait_until(lambda: not {t.name for t in threading.enumerate()} & OF_RUNS)
    assert not (tmp_path / "a.json").exists()
    assert not list(tmp_path.rglob(".part-*"))


def test_an_event_is_told_once_however_often_steps_are_repeated(video, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "STILL_HERE_S", 0.001)
    steps = session.AnalysisSession().analyze(
        video, validate({}, source="t"), OutputLayout(tmp_path / "a.json")
    )
    told = [step for step in steps if not isinstance(step, Finished) and step.inspected]
    assert len(told) == 1


def test_nothing_comes_after_the_end(video, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "STILL_HERE_S", 1e-6)
    for number in range(5):
        layout = OutputLayout(tmp_path / f"{number}.json")
        steps = list(session.AnalysisSession().analyze(video, validate({}, source="t"), layout))
        assert [isinstance(step, Finished) for step in steps].index(True) == len(steps) - 1
