"""What may be chosen on the Compare tab: videos of the library, and what a side can be."""

from pathlib import Path
from typing import Any

from ui.compare.form import RUN, STORED
from ui.context import Context
from utils.errors import AppError
from utils.exports.listing import all_analyses
from utils.library.records import Analysis, AnalysisFilter
from utils.plain_text import one_line

MAX_VIDEOS = 500

Choice = tuple[str, Any]


def video_choices(context: Context) -> list[Choice]:
    """The videos of the library, the newest analysis first."""
    page = context.library.analyses.find(AnalysisFilter(limit=MAX_VIDEOS))
    return [(f"{one_line(found.video.name)} · {found.created_at:%Y-%m-%d}", found.id)
            for found in page.rows]  # fmt: skip


def side_choices(context: Context, stored_video: Any = None) -> list[Choice]:
    """The checkpoints, and the stored analyses of a video of the library."""
    runs = [(f"Analyse now with {name}", f"{RUN}{name}") for name in context.checkpoints.names()]
    return runs + [
        (_words(found), f"{STORED}{found.id}") for found in _stored(context, stored_video)
    ]


def _stored(context: Context, stored_video: Any) -> list[Analysis]:
    """All analyses of one video, the newest first."""
    if not isinstance(stored_video, int) or isinstance(stored_video, bool):
        return []
    try:
        chosen = context.library.analyses.get(stored_video)
    except AppError:
        return []
    known = all_analyses(context.library, AnalysisFilter(latest_only=False))
    return [found for found in known if found.video_sha256 == chosen.video_sha256]


def _words(found: Analysis) -> str:
    checkpoint = one_line(Path(found.checkpoint).name) or "no checkpoint"
    made = f"{one_line(found.describer)}, {found.created_at:%Y-%m-%d %H:%M}"
    return f"Stored: {checkpoint} at {found.threshold:.2f}, {made}"
