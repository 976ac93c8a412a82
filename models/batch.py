"""Many videos in a row: plans the outputs, analyses each, and goes on after a bad one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from models.session import AnalysisSession
from utils.errors import VideoError
from utils.progress import Finished, Progress
from utils.settings import Settings
from utils.video_files import find_videos
from utils.writers import output_folder, plan_layouts, write_csv

BatchStep = tuple[Path, Progress | Finished | VideoError]


def run_batch(paths: Sequence[Path], output: Path, settings: Settings) -> Iterator[BatchStep]:
    """Each video with its progress and, last, its report or the error that refused it.

    With several videos and the format `csv`, `all_events.csv` holds the events of them all.
    Raises OutputError, CheckpointError and ModelUnavailableError: they concern every video.
    """
    videos = find_videos(paths)
    session = AnalysisSession()
    finished: list[Finished] = []
    for video, layout in zip(videos, plan_layouts(videos, output), strict=True):
        try:
            for step in session.analyze(video, settings, layout):
                yield video, step
                if isinstance(step, Finished):
                    finished.append(step)
        except VideoError as error:
            yield video, error
    if len(videos) > 1 and "csv" in settings.outputs.formats:
        write_csv([f.report for f in finished], output_folder(output) / "all_events.csv")
