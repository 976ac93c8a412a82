"""Tracks of labelled clips by a checkpoint, computed once and kept on disk.

A file is named by what its scores depend on: the checkpoint's weights and header, the clip's
content, the sampling (in the header), and the code that makes scores. Damaged files are made again.
"""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from tqdm import tqdm

from models.checkpoint import HEADER_FILE, WEIGHTS_FILE
from models.clip_scoring import score_clip
from models.interfaces import Trigger
from utils.atomic import atomic_path
from utils.clip import ScoreTrack
from utils.config import REPO_ROOT
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip
from utils.video import content_sha256, file_sha256

log = logging.getLogger(__name__)

SCORING_CODE = ("models/*.py", "models/triggers/*.py", "utils/video/*.py", "utils/clip.py")


class TrackCache:
    """The tracks of one checkpoint folder."""

    def __init__(self, folder: Path, checkpoint: Path) -> None:
        """folder: where the files go."""
        self.folder = folder
        parts = [file_sha256(checkpoint / name) for name in (WEIGHTS_FILE, HEADER_FILE)]
        self.key = hashlib.sha256("".join([*parts, _code_sha256()]).encode()).hexdigest()[:16]

    def score_all(self, trigger: Trigger, clips: Sequence[LabeledClip]) -> list[ScoredClip]:
        """The readable clips with their tracks, in order; the others are logged and left out."""
        scored = []
        for clip in tqdm(clips, desc="scores", unit="clip", leave=False):
            try:
                scored.append(self.score(trigger, clip))
            except VideoError as error:
                log.warning("left out: %s", error)
        return scored

    def score(self, trigger: Trigger, clip: LabeledClip) -> ScoredClip:
        """One clip. Raises VideoError where it cannot be read."""
        path = self._path(clip)
        track = _read(path)
        if track is None:
            track = score_clip(trigger, clip).track
            _write(path, track)
        return ScoredClip(clip, track)

    def _path(self, clip: LabeledClip) -> Path:
        if not clip.path.exists():
            raise VideoError(f"no video at {clip.path}")
        content = content_sha256(clip.path, names=clip.frame_names)[:24]
        rate = "" if clip.frame_rate is None else f"-{clip.frame_rate:g}of"
        return self.folder / f"{content}-{self.key}{rate}.npz"


def _code_sha256() -> str:
    digest = hashlib.sha256()
    for pattern in SCORING_CODE:
        for path in sorted(REPO_ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> ScoreTrack | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return ScoreTrack(
                file["times_s"],
                file["scores"],
                file["frame_indices"],
                str(file["source"]),
                float(file["span_s"]),
                float(file["horizon_s"]),
            )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        log.warning("the cache file %s is damaged and is made again", path.name)
        return None


def _write(path: Path, track: ScoreTrack) -> None:
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            allow_pickle=False,
            times_s=track.times_s,
            scores=track.scores,
            frame_indices=track.frame_indices,
            source=np.array(track.source),
            span_s=np.array(track.span_s),
            horizon_s=np.array(track.horizon_s),
        )
