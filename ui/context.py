"""What every tab works with, made once when the app starts. Knows no Gradio component."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ui.checkpoints import CheckpointShelf
from ui.commands import Commands
from ui.current_settings import CurrentSettings
from ui.jobs import Analyze, JobQueue
from ui.media import MediaShelf
from utils.errors import ConfigError
from utils.library import Library
from utils.settings import Settings
from utils.trial import DescriberTrial

ON_THE_NETWORK = "Settings cannot be changed while the app listens on the network."

TryDescriber = Callable[[Settings], DescriberTrial]


@dataclass(frozen=True)
class Launch:
    """How the app was started: what flags said (nested settings), what can try a describer."""

    given: Mapping[str, Any] = field(default_factory=dict)
    try_describer: TryDescriber | None = None


@dataclass(frozen=True)
class Context:
    """What the tabs work with.

    uploads, outputs: folders where uploads arrive and reports go. local_allowed: whether paths on
    this computer may be named; not while the app listens on the network. current: the settings,
    which the Settings tab changes.
    """

    analyze: Analyze
    current: CurrentSettings
    checkpoints: CheckpointShelf
    uploads: Path
    outputs: Path
    media: MediaShelf
    jobs: JobQueue
    library: Library
    commands: Commands
    local_allowed: bool = True
    try_describer: TryDescriber | None = None

    @property
    def settings(self) -> Settings:
        """The settings of this moment; read them when they are used, not as the page is built."""
        return self.current.value

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change settings, nested as in config.yaml. Raises ConfigError, also on the network."""
        self.refuse_on_the_network()
        self.current.change(changes)

    def refuse_on_the_network(self) -> None:
        """Raise ConfigError where settings may not be changed: others could reach them."""
        if not self.local_allowed:
            raise ConfigError(ON_THE_NETWORK)
