"""One analysis of the app: where its report goes, and that it joins the library when complete."""

import logging
import secrets
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ui.context import Context
from ui.jobs import Steps
from ui.unfinished_runs import marked
from utils.errors import AppError
from utils.library.records import Analysis
from utils.progress import Finished
from utils.settings import Settings
from utils.writers.layout import OutputLayout, safe_stem

log = logging.getLogger(__name__)


@dataclass(slots=True)
class AnalysisRun:
    """A planned analysis.

    analysis: its row in the library once it has finished; problem: why it has none.
    """

    context: Context
    video: Path
    settings: Settings
    layout: OutputLayout
    analysis: Analysis | None = None
    problem: str = ""

    @property
    def folder(self) -> Path:
        """The folder of the report, of this run alone."""
        return self.layout.base.parent

    def start(self) -> Steps:
        """The steps; a run that does not come to its end leaves no folder behind."""
        complete = False
        try:
            with marked(self.folder):
                steps = self.context.analyze(self.video, self.settings, self.layout)
                with closing(steps):
                    for step in steps:
                        if isinstance(step, Finished):
                            complete = True
                            self._remember()
                        yield step
        finally:
            if not complete:
                shutil.rmtree(self.folder, ignore_errors=True)

    def _remember(self) -> None:
        """The report is complete whether or not the library can take it in."""
        try:
            self.analysis = self.context.library.analyses.add(self.layout.base)
        except AppError as error:
            log.warning("the report is written, but the library did not take it in: %s", error)
            self.problem = f"The report is written, but it is not in the Library: {error}"


def plan_run(context: Context, video: Path, settings: Settings) -> AnalysisRun:
    """An analysis with a folder of its own below the outputs."""
    stem = safe_stem(video)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = context.outputs / f"{stem}-{stamp}-{secrets.token_hex(2)}"
    return AnalysisRun(context, video, settings, OutputLayout(folder / f"{stem}.json"))
