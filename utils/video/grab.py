"""Exact frames at given times: the only place that seeks.

Files whose time stamps are missing or jump are read from the start instead.
"""

from array import array
from collections.abc import Iterator, Sequence

import av
import numpy as np

from utils.clip import Clip, Frames, VideoInfo
from utils.video.grid import Grid
from utils.video.limits import DecodeLimits, refusal
from utils.video.opener import open_video
from utils.video.packet import is_shown, read_packets
from utils.video.picture import Painter, fit_size
from utils.video.reading import Reading, Shown
from utils.video.source import FileBytes
from utils.video.timing import Timing
from utils.video.walk import Walker

SETTLED = 32  # stamps of a pass that broke off are in order up to the reordering depth


class Grabber:
    """Grabs frames of one file; keeps its container open between calls."""

    def __init__(
        self, content: FileBytes, info: VideoInfo, timing: Timing, limits: DecodeLimits
    ) -> None:
        self._content = content
        self._info = info
        self._timing = timing
        self._limits = limits
        self._walker: Walker | None = None
        self._jumpy = False
        self._stamps: array[int] = array("q")
        self._complete = False

    def learn(self, stamps: "array[int]", *, complete: bool, jumpy: bool) -> None:
        """Keep the stamps of a pass from the start, to number frames without reading again."""
        self._jumpy = self._jumpy or jumpy
        if complete or (not self._complete and len(stamps) > len(self._stamps)):
            self._stamps, self._complete = stamps, complete

    @property
    def can_seek(self) -> bool:
        """Whether the file's stamps can be trusted to find a place."""
        return self._timing.stamped and not self._jumpy

    def close(self) -> None:
        """Close the container."""
        if self._walker is not None:
            self._walker.close()
        self._walker = None

    def grab(self, times_s: Sequence[float], max_side_px: int | None) -> Clip:
        """See `VideoFile.grab`."""
        size_px = fit_size((self._info.width_px, self._info.height_px), max_side_px)
        painter = Painter(size_px, self._info.path)
        found: dict[float, tuple[Frames, int]] = {}
        targets = sorted({max(0.0, float(t)) for t in times_s})
        for shown in self._by_seeking(targets) if self.can_seek else self._from_start(targets):
            if shown.time_s not in found:
                found[shown.time_s] = (painter.paint(shown.frame), shown.index)
        if targets and not found:
            raise refusal(self._info.path, f"no picture could be read at {targets[0]:.2f} s")
        order = sorted(found)
        pixels = [found[t][0] for t in order]
        return Clip(
            np.stack(pixels) if pixels else np.zeros((0, *size_px[::-1], 3), np.uint8),
            np.array(order, dtype=np.float64),
            np.array([found[t][1] for t in order], dtype=np.int64),
            self._info,
        )

    def _by_seeking(self, targets: list[float]) -> Iterator[Shown]:
        if self._walker is None:
            self._walker = Walker(self._content, self._info.path, self._timing, self._limits)
        for target_s in targets:
            frame = self._walker.frame_at(target_s)
            if frame is not None and frame.pts is not None:
                time_s = self._timing.seconds(frame.pts)
                yield Shown(frame, time_s, self.number(frame.pts))

    def _from_start(self, targets: list[float]) -> Iterator[Shown]:
        """For each target the last frame at or before it, in one pass from the start."""
        opened = open_video(self._content, self._info.path, self._limits)
        grid = Grid(slack_s=self._timing.slack_s)
        reading = Reading(opened, self._timing, grid, path=self._info.path, limits=self._limits)
        rest, before = list(targets), None
        try:
            for shown in reading:
                while rest and before is not None and shown.time_s > rest[0] + grid.slack_s:
                    yield before
                    rest.pop(0)
                before = shown
                if not rest:
                    return
            if rest and before is not None:
                yield before
        finally:
            opened.container.close()

    def number(self, pts: int) -> int:
        """The displayed frame number of a stamp."""
        if not self._covers(pts):
            self._scan()
        return int(np.count_nonzero(np.frombuffer(self._stamps, dtype=np.int64) < pts))

    def _covers(self, pts: int) -> bool:
        settled = len(self._stamps) > SETTLED and pts <= min(self._stamps[-SETTLED:])
        return self._complete or settled

    def _scan(self) -> None:
        """Read the stamps of all packets, without decoding."""
        opened = open_video(self._content, self._info.path, self._limits)
        stamps: array[int] = array("q")
        try:
            for packet in read_packets(opened.container, opened.stream):
                self._limits.cancellation.check()
                shown = is_shown(packet) and packet.pts is not None
                if shown and packet.pts >= self._timing.first_pts:  # type: ignore[operator]
                    stamps.append(packet.pts)  # type: ignore[arg-type]
        except av.FFmpegError:
            pass  # the rest cannot be numbered, nor shown
        finally:
            opened.container.close()
        self._stamps, self._complete = stamps, True
