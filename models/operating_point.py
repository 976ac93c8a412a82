"""Calibrates a checkpoint: its scores on normal drives and crash clips -> threshold, probability.

The header is rewritten, the weights stay as they are. What is counted, and how, is in
`utils.operating_curve`; this file knows where clips come from and where the result goes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.checkpoint import CheckpointHeader, read_header, write_header
from models.clip_scoring import score_clips
from models.interfaces import Trigger
from models.triggers.network import NetworkTrigger
from utils.calibration import Calibration, hours_words
from utils.datasets.corpus import read_corpus
from utils.datasets.formats import read_clips
from utils.errors import AnnotationError, ConfigError, VideoError
from utils.labeled_clip import LabeledClip
from utils.metrics.drives import quiet_hours
from utils.metrics.scored_clip import ScoredClip
from utils.operating_curve import MAX_ALARMS_PER_HOUR, OperatingCurve, event_samples, measure_curve
from utils.probability_fit import fit_probability
from utils.settings import Settings
from utils.video_files import find_videos

MAX_CRASHES_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What to calibrate and on what.

    normal: videos or folders of normal drives; empty = the quiet part of the labelled clips.
    labels, videos: labels of crash clips, in any format, and their folder. data: a folder with
    drives/ and cadp_frames/ instead, of which the validation clips are used. output: where the
    calibrated checkpoint goes; None = in place.
    """

    checkpoint: Path
    max_false_alarms_per_hour: float
    normal: Sequence[Path] = ()
    labels: Path | None = None
    videos: Path | None = None
    data: str | None = None
    output: Path | None = None
    crashes_per_hour: float | None = None


def calibrate(request: CalibrationRequest, settings: Settings) -> Iterator[str]:
    """Lines about the work and, last, the promise; by then the header is written.

    Raises AnnotationError, CheckpointError, ConfigError, OutputError and VideoError.
    """
    _check(request)
    header = read_header(request.checkpoint)
    trigger = NetworkTrigger.load(request.checkpoint, device=settings.device, strict=True)
    drives, labelled = _normal_drives(request), _labelled_clips(request, settings)
    quiet: list[ScoredClip] = []
    for scored in _score(trigger, drives, "normal drives"):
        quiet.append(scored)
        yield f"{scored.clip.path.name}: {hours_words(quiet_hours([scored]))} of normal driving"
    crashes = list(_score(trigger, labelled, "labelled clips"))
    if labelled:
        yield f"{len(crashes)} labelled clips scored"
    calibration = make_calibration(quiet or crashes, crashes, request, settings=settings)
    calibration = _with_known_recall(calibration, header.calibration)
    write_header(
        request.output or request.checkpoint,
        calibrated_header(header, calibration),
        weights_from=request.checkpoint,
    )
    yield from account(calibration)


def make_calibration(
    quiet: Sequence[ScoredClip],
    crashes: Sequence[ScoredClip],
    request: CalibrationRequest,
    *,
    settings: Settings,
) -> Calibration:
    """The curve and the probability of scored clips. Raises ConfigError without quiet footage."""
    if quiet_hours(quiet) <= 0:
        raise ConfigError("the clips hold no normal driving; give --normal FOLDER")
    curve = measure_curve(quiet, crashes, settings.events)
    probability, note = None, "no probability: no labelled crash was given"
    if curve.crashes:
        samples = event_samples(quiet, crashes, curve.thresholds[-1], settings.events)
        sample_rate = curve.crashes / curve.hours
        probability, note = fit_probability(samples, sample_rate, request.crashes_per_hour)
    return Calibration(
        max_false_alarms_per_hour=request.max_false_alarms_per_hour,
        hours=curve.hours,
        drives=len(quiet),
        thresholds=curve.thresholds,
        false_alarms=curve.false_alarms,
        crashes=curve.crashes,
        crashes_found=curve.crashes_found,
        crash_clips=_source(request, curve),
        events=settings.events,
        probability=probability,
        probability_note=note,
    )


def calibrated_header(header: CheckpointHeader, calibration: Calibration) -> CheckpointHeader:
    """The header with the calibration and its threshold. Raises CheckpointError."""
    point = calibration.point(calibration.max_false_alarms_per_hour)
    chosen = f"{calibration.words()}; {point.alarm_words()}"
    return header.model_copy(
        update={
            "threshold": point.threshold,
            "threshold_chosen": chosen,
            "calibration": calibration,
        }
    )


def account(calibration: Calibration) -> Iterator[str]:
    """What the calibration says, in lines for a terminal."""
    point = calibration.point(calibration.max_false_alarms_per_hour)
    yield f"threshold {point.threshold:.4g}: {calibration.words()}"
    yield calibration.doubts() or point.alarm_words()
    yield calibration.probability_note


def _check(request: CalibrationRequest) -> None:
    """Refuse what cannot be meant, before any video is read. Raises ConfigError."""
    budget, rate = request.max_false_alarms_per_hour, request.crashes_per_hour
    if not 0 < budget <= MAX_ALARMS_PER_HOUR:
        raise ConfigError(
            f"--max-false-alarms-per-hour {budget:g}: more than 0 and at most "
            f"{MAX_ALARMS_PER_HOUR:g} is needed"
        )
    if rate is not None and not 0 < rate <= MAX_CRASHES_PER_HOUR:
        raise ConfigError(
            f"--crashes-per-hour {rate:g}: more than 0 and at most "
            f"{MAX_CRASHES_PER_HOUR:g} is needed"
        )
    if request.labels is not None and request.data is not None:
        raise ConfigError("--labels and --data both name crash clips; give one of them")
    if request.videos is not None and request.labels is None:
        raise ConfigError("--videos is the folder of the clips in --labels; give both")
    if not request.normal and request.labels is None and request.data is None:
        raise ConfigError("nothing to calibrate on: give --normal, --labels or --data")


def _normal_drives(request: CalibrationRequest) -> list[LabeledClip]:
    paths = find_videos(request.normal) if request.normal else []
    return [LabeledClip(path, "normal", (), str(path)) for path in paths]


def _labelled_clips(request: CalibrationRequest, settings: Settings) -> list[LabeledClip]:
    """Crashes with their moment and normal clips; of the data folder the validation split."""
    if request.labels is not None:
        folder = request.videos or request.labels.parent
        clips = read_clips(request.labels, folder)
    elif request.data is not None:
        clips = [c for c in read_corpus(settings.data, request.data) if c.split == "val"]
    else:
        return []
    usable = [c for c in clips if c.kind == "normal" or c.first_event_s is not None]
    if not any(c.kind == "crash" for c in usable):
        raise AnnotationError(
            f"none of {len(clips)} labelled clips is a crash with its moment; recall needs some"
        )
    return usable


def _score(trigger: Trigger, clips: Sequence[LabeledClip], what: str) -> Iterator[ScoredClip]:
    count = 0
    for scored in score_clips(trigger, clips):
        count += 1
        yield scored
    if clips and not count:
        names = ", ".join(clip.path.name for clip in clips[:3])
        raise VideoError(f"none of the {len(clips)} {what} could be read ({names}); check the path")


def _source(request: CalibrationRequest, curve: OperatingCurve) -> str:
    """Where the labelled crashes are from, by name and without a path."""
    if not curve.crashes:
        return ""
    if request.labels is not None:
        return request.labels.name
    return "validation clips of the data folder"


def _with_known_recall(new: Calibration, old: Calibration | None) -> Calibration:
    """Without labelled crashes of its own, a calibration keeps what was known of the recall."""
    if new.crashes or old is None or not old.crashes or old.events != new.events:
        return new
    return new.model_copy(
        update={
            "crashes": old.crashes,
            "crashes_found": tuple(old.found_at(t) for t in new.thresholds),
            "crash_clips": old.crash_clips,
        }
    )
