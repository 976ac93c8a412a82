"""Follows a comparison from its two sides to the end, for the page and for programs."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from ui.analysis_run import AnalysisRun
from ui.compare.comparing import (
    NAMES,
    Compared,
    SideReport,
    compare_sides,
    read_sides,
    run_sides,
)
from ui.compare.form import Side
from ui.context import Context
from ui.jobs import Step
from ui.views import Live
from utils.progress import Finished


@dataclass(frozen=True, slots=True)
class Shown:
    """The comparison on the screen."""

    compared: Compared
    a: SideReport
    b: SideReport


@dataclass(slots=True)
class Progressed:
    """How far the sides that are analysed have come."""

    of: tuple[str, ...]
    started: float
    at: int = 0
    live: Live = field(default_factory=Live)

    def take(self, step: Step) -> None:
        """Move on by one step."""
        if isinstance(step, Finished):
            self.at, self.live = self.at + 1, Live()
        else:
            self.live.take(step)


class Comparer:
    """Runs comparisons for the page and for programs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def follow(
        self, sides: tuple[Side, Side], session: str
    ) -> AsyncGenerator[Progressed | Shown, None]:
        """How far it is, every tenth of a second; last, the comparison, unless it was stopped.

        Raises AppError.
        """
        of = tuple(n for n, s in zip(NAMES, sides, strict=True) if isinstance(s, AnalysisRun))
        if of:
            progressed = Progressed(of, time.monotonic())
            job = self.context.jobs.start(session, lambda: run_sides(sides))
            yield progressed
            async with aclosing(job.watch()) as watch:
                async for news in watch:
                    for step in news:
                        progressed.take(step)
                    if job.stopping:
                        return
                    progressed.live.waiting = job.waiting
                    yield progressed
        yield await asyncio.to_thread(self.compare, sides)

    def compare(self, sides: tuple[Side, Side]) -> Shown:
        """Both sides, which are analysed by now, beside each other."""
        a, b = read_sides(sides)
        return Shown(compare_sides(a, b, self.context.library), a, b)
