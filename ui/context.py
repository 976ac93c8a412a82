"""What every tab works with, made once when the app starts. Knows no Gradio component."""

from dataclasses import dataclass
from pathlib import Path

from ui.checkpoints import CheckpointShelf
from ui.jobs import Analyze, JobQueue
from ui.media import MediaShelf
from utils.library import Library
from utils.settings import Settings


@dataclass(frozen=True)
class Context:
    """What the tabs work with.

    uploads, outputs: folders where uploads arrive and reports go. local_allowed: whether paths on
    this computer may be named; not while the app listens on the network.
    """

    analyze: Analyze
    settings: Settings
    checkpoints: CheckpointShelf
    uploads: Path
    outputs: Path
    media: MediaShelf
    jobs: JobQueue
    library: Library
    local_allowed: bool = True
