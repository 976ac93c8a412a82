"""One evaluation: checkpoints and score files on labelled clips, beside the baselines.

Knows no protocol: `utils.metrics.protocols` has them.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.evaluation.baselines import picture_baselines, plain_baselines
from models.evaluation.submissions import evaluate_submissions
from models.evaluation.track_cache import TrackCache
from models.trainers.feature_cache import FeatureCache
from models.triggers.network import NetworkTrigger
from utils.config import project_path
from utils.datasets.corpus import read_corpus
from utils.errors import AnnotationError, ConfigError
from utils.labeled_clip import LabeledClip, Split
from utils.metrics.clip import best_f1_threshold, clip_scores
from utils.metrics.comparison import Comparison, compare
from utils.metrics.protocols import ALL, ANSWER_PROTOCOLS, PROTOCOLS
from utils.metrics.scored_clip import ScoredClip
from utils.metrics.scorer import Scorer
from utils.score_files import read_scores
from utils.settings import Settings
from utils.writers.evaluation_files import write_evaluation

log = logging.getLogger(__name__)

TRACKS_FOLDER = "tracks"  # beside the features
SCORES_THRESHOLD = 0.5  # of score files: what papers use


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What is measured: checkpoint folders and score files, by which protocol, on which clips.

    Without either, the checkpoint of the settings is measured.
    solution: Nexar's solution.csv; the score files are then submissions, and no clip is needed.
    references: right answers to tasks; the answer files are measured by them, and nothing else is.
    """

    checkpoints: Sequence[Path]
    score_files: Sequence[Path]
    protocol: str = ALL
    split: Split = "val"
    data: str | None = None
    baselines: bool = True
    solution: Path | None = None
    references: Path | None = None
    answer_files: Sequence[Path] = ()


def evaluate(request: EvaluationRequest, settings: Settings, output: Path) -> Iterator[str]:
    """Measure and write; yields lines for the reader. Raises AppError children."""
    if request.references is not None or request.answer_files:
        return _evaluate_answers(request, output)
    if request.solution is not None:
        return evaluate_submissions(request.solution, request.score_files, output)
    return write_evaluation(measure(request, settings), output)


def _evaluate_answers(request: EvaluationRequest, output: Path) -> Iterator[str]:
    from models.evaluation.answers import AnswerRequest, evaluate_answers  # nltk takes seconds

    if request.references is None:
        raise ConfigError("--answers needs the right ones to measure them by as --references")
    own = AnswerRequest(
        references=request.references,
        files=request.answer_files,
        protocol=request.protocol,
        split=request.split,
        baselines=request.baselines,
    )
    return evaluate_answers(own, output)


def measure(request: EvaluationRequest, settings: Settings) -> Comparison:
    """Every scorer by the protocol, or by all whose labels are there."""
    if request.protocol in ANSWER_PROTOCOLS:
        raise ConfigError(f"protocol {request.protocol} measures --answers by --references")
    clips = read_corpus(settings.data, request.data)
    held_out = [clip for clip in clips if clip.split == request.split]
    if not held_out:
        raise AnnotationError(f"no clip is in the split {request.split!r}; choose another --split")
    folders = _checkpoints(request, settings)
    scorers = [_of_checkpoint(folder, request, settings, clips) for folder in folders]
    scorers += [_of_file(path, held_out) for path in request.score_files]
    if request.baselines:
        scorers += _baselines(request, settings, clips, scorers)
    protocols = list(PROTOCOLS) if request.protocol == ALL else [request.protocol]
    return compare(
        _named_apart(scorers),
        protocols,
        settings.events,
        split=request.split,
        skip_missing=request.protocol == ALL,
    )


def _checkpoints(request: EvaluationRequest, settings: Settings) -> Sequence[Path]:
    if request.checkpoints or request.score_files:
        return request.checkpoints
    return [project_path(settings.trigger.checkpoint)]


def _of_checkpoint(
    folder: Path, request: EvaluationRequest, settings: Settings, clips: Sequence[LabeledClip]
) -> Scorer:
    trigger = NetworkTrigger.load(folder, device=settings.device, strict=True)
    cache = TrackCache(Path(settings.data.cache_dir).parent / TRACKS_FOLDER, folder)
    scored = cache.score_all(trigger, [clip for clip in clips if clip.split == request.split])
    clip_threshold = trigger.threshold
    if request.split == "test":
        chosen_on = cache.score_all(trigger, [clip for clip in clips if clip.split == "val"])
        clip_threshold = _clip_threshold(chosen_on, trigger.threshold)
    spans_s = [one.track.span_s for one in scored]
    look_ahead_s = max([trigger.network.future_reach_s, *spans_s])
    return Scorer(
        folder.name, "checkpoint", scored, trigger.threshold, clip_threshold, look_ahead_s
    )


def _clip_threshold(chosen_on: Sequence[ScoredClip], otherwise: float) -> float:
    """The threshold with the best F1 on the validation clips, if there are crashes among them."""
    scores, labels = clip_scores(chosen_on)
    return best_f1_threshold(scores, labels) if labels.any() else otherwise


def _of_file(path: Path, clips: Sequence[LabeledClip]) -> Scorer:
    scored = read_scores(path, clips)
    if len(scored) < len(clips):
        log.warning("%s has scores of %d of %d clips", path.name, len(scored), len(clips))
    return Scorer(path.stem, "scores", scored, SCORES_THRESHOLD, SCORES_THRESHOLD)


def _baselines(
    request: EvaluationRequest,
    settings: Settings,
    clips: Sequence[LabeledClip],
    scorers: Sequence[Scorer],
) -> list[Scorer]:
    plain = plain_baselines(scorers[0].clips)
    folders = _checkpoints(request, settings)
    if not folders:
        return plain
    trigger = NetworkTrigger.load(folders[0], device=settings.device)
    folder = Path(settings.data.cache_dir)
    cache = FeatureCache(folder, trigger.network.visual_backbone, settings.training.cache_fps)
    held_out = cache.encode_all([clip for clip in clips if clip.split == request.split])
    corpora = {encoded.clip.dataset for encoded in held_out}
    train = [clip for clip in clips if clip.split == "train" and clip.dataset in corpora]
    return [
        *picture_baselines(cache.encode_all(train), held_out, trigger.sampling.rate_fps),
        *plain,
    ]


def _named_apart(scorers: Sequence[Scorer]) -> list[Scorer]:
    """The scorers with names that differ: best, best (2), ..."""
    names: list[str] = []
    for scorer in scorers:
        same = sum(name.split(" (")[0] == scorer.name for name in names)
        names.append(scorer.name if not same else f"{scorer.name} ({same + 1})")
    return [replace(scorer, name=name) for scorer, name in zip(scorers, names, strict=True)]
