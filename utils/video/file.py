"""A video file that was opened safely: what it is, and ways to read its frames."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import TracebackType

from utils.clip import Clip, DecodeCounts, Sampling, VideoInfo
from utils.video import faults
from utils.video.batch import Batch
from utils.video.digest import ContentDigest
from utils.video.first import first_look
from utils.video.grab import Grabber
from utils.video.grid import EVERY_FRAME_FPS, Grid
from utils.video.limits import DecodeLimits, refusal
from utils.video.opener import open_video
from utils.video.picture import Painter, fit_size
from utils.video.reading import Reading, Shown
from utils.video.source import FileBytes
from utils.video.walk import open_before

READ_BATCH_FRAMES = 4
SEEK_FROM_S = 10.0  # nearer starts are reached by reading on


class VideoFile:
    """A context manager over one video.

    info: known after opening. counts: what decoding did so far, with warnings in words, filled
    while frames are read.
    """

    def __init__(self, path: Path | str, limits: DecodeLimits | None = None) -> None:
        """Raises VideoError where the file cannot be opened, is refused, or shows no picture."""
        self.path = Path(path)
        self._limits = limits or DecodeLimits()
        self._content = FileBytes(self.path, self._limits)
        try:
            look = first_look(self._content, self.path, self._limits)
        except BaseException:
            self._content.close()
            raise
        self.info: VideoInfo = look.info
        self._timing = look.timing
        self._cut = look.cut
        self.counts = DecodeCounts()
        self._grabber = Grabber(self._content, look.info, look.timing, self._limits)

    def __enter__(self) -> "VideoFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._grabber.close()
        self._content.close()

    def digest(self) -> ContentDigest:
        """The checksum of these very bytes, computed beside other reading; a context manager."""
        return ContentDigest(self._content, self.path)

    def sample(
        self,
        sampling: Sampling,
        *,
        batch_frames: int = 32,
        max_frames: int | None = None,
        start_s: float = 0.0,
        end_s: float | None = None,
    ) -> Iterator[Clip]:
        """Clips of at most batch_frames frames: the first frame at or after each k / rate_fps.

        Each frame comes once, in size sampling.size_px, upright; times_s are true presentation
        times. At most max_frames frames of [start_s, end_s) are given. Raises VideoError.
        """
        grid = self._grid(sampling.rate_fps, start_s, end_s)
        return self._clips(grid, sampling.size_px, batch_frames, max_frames)

    def read(
        self,
        start_s: float = 0.0,
        end_s: float | None = None,
        *,
        max_side_px: int | None = None,
        rate_fps: float | None = None,
        numbered: bool = True,
    ) -> Iterator[Clip]:
        """All frames of [start_s, end_s) (or rate_fps of them a second) in small clips, upright.

        numbered False: frame_indices only rise. Numbers of frames in the middle of a file that was
        not read so far cost a pass over all its bytes.
        """
        size_px = fit_size((self.info.width_px, self.info.height_px), max_side_px)
        grid = self._grid(rate_fps or EVERY_FRAME_FPS, start_s, end_s)
        return self._clips(grid, size_px, READ_BATCH_FRAMES, None, numbered=numbered)

    def grab(self, times_s: Sequence[float], *, max_side_px: int | None = None) -> Clip:
        """The frames shown at these times: for each, the last frame at or before it.

        Upright, full resolution unless max_side_px is given. Times that show the same frame give
        it once; times before the first or after the last frame give that frame. Raises VideoError.
        """
        return self._grabber.grab(times_s, max_side_px)

    def _grid(self, rate_fps: float, start_s: float, end_s: float | None) -> Grid:
        end = math.inf if end_s is None else end_s
        return Grid(rate_fps, max(0.0, start_s), end, self._timing.slack_s)

    def _clips(
        self,
        grid: Grid,
        size_px: tuple[int, int],
        batch_frames: int,
        max_frames: int | None,
        *,
        numbered: bool = True,
    ) -> Iterator[Clip]:
        painter, batch = Painter(size_px, self.path), Batch(self.info)
        for shown in self._shown(grid, max_frames, numbered=numbered):
            batch.add(painter.paint(shown.frame), shown.time_s, shown.index)
            if len(batch) >= batch_frames:
                yield batch.clip()
                batch = Batch(self.info)
        if len(batch):
            yield batch.clip()

    def _shown(self, grid: Grid, max_frames: int | None, *, numbered: bool) -> Iterator[Shown]:
        """The wanted frames of one pass; closes the container and counts whatever happens."""
        if max_frames is not None and max_frames <= 0:
            return
        reading = self._begin(grid, numbered=numbered)
        self.counts = reading.counts
        try:
            for shown in reading:
                self.counts.frames_sampled += 1
                yield shown
                if self.counts.frames_sampled == max_frames:
                    return
            if not self.counts.frames_sampled and grid.covers_all:
                raise refusal(self.path, f"none of {reading.state.packets} frames can be shown")
        finally:
            self._finish(reading, grid)
            reading.opened.container.close()

    def _begin(self, grid: Grid, *, numbered: bool) -> Reading:
        """A pass from the start, or from a key frame before the grid where that is far."""
        opened = None
        if grid.start_s > SEEK_FROM_S and self._grabber.can_seek:
            opened = open_before(grid.start_s, self._content, self.path, self._timing, self._limits)
        seeked = opened is not None
        if opened is None:
            opened = open_video(self._content, self.path, self._limits)
        reading = Reading(opened, self._timing, grid, path=self.path, limits=self._limits)
        if seeked:
            in_order = count()
            reading.number_by(self._grabber.number if numbered else lambda _: next(in_order))
        return reading

    def _finish(self, reading: Reading, grid: Grid) -> None:
        """Word what the pass met and keep its stamps for numbering grabbed frames."""
        state, counts = reading.state, reading.counts
        lost = [self._cut] if self._cut else []
        lost += faults.losses(state, counts.frames_read)
        if reading.from_start:
            whole = grid.end_s == math.inf and state.complete
            self._grabber.learn(state.stamps, complete=whole, jumpy=bool(reading.joiner.shift))
            if whole:
                lost += faults.missing(reading.opened, state, self._timing)
        counts.damaged = bool(lost)
        counts.warnings += [*lost, *faults.size_changes(state)]


def probe(path: Path | str, limits: DecodeLimits | None = None) -> VideoInfo:
    """What a video is, without its checksum. Raises VideoError."""
    with VideoFile(path, limits) as video:
        return video.info


def file_sha256(path: Path | str, limits: DecodeLimits | None = None) -> str:
    """Hex SHA-256 of a regular file. Raises VideoError where it cannot be read."""
    content = FileBytes(Path(path), limits or DecodeLimits())
    try:
        return content.sha256()
    finally:
        content.close()


def with_sha256(info: VideoInfo) -> VideoInfo:
    """The same facts with the file's checksum."""
    return replace(info, sha256=file_sha256(info.path))
