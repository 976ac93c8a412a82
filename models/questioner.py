"""Settings to whoever asks about whole clips: their describer and detector, without a trigger."""

from collections.abc import Sequence

from models.build import build_describer, build_detector
from models.clip_answers import ClipQuestioner
from models.describers.template import TemplateDescriber
from utils.errors import ModelUnavailableError
from utils.settings import Settings
from utils.tasks import Task


def build_questioner(settings: Settings, tasks: Sequence[Task]) -> ClipQuestioner:
    """Who asks these tasks about clips. Raises ModelUnavailableError where no model sees pictures.

    Raises ConfigError for tasks that are about events.
    """
    describer, reason = build_describer(settings.describer, device=settings.device)
    if settings.describer.kind == "llm" or isinstance(describer, TemplateDescriber):
        raise ModelUnavailableError(
            f"questions about clips need a model that sees pictures, but {reason}; name one with "
            "--set describer.kind=llava or openai"
        )
    detector = build_detector(settings.detector, device=settings.device)
    group = settings.describer.batch_size
    return ClipQuestioner(describer, tasks, detector=detector, group_size=group)
