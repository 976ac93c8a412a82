"""Which questions the settings ask about every event."""

from utils.settings import DescriberSettings
from utils.tasks import Task, description_task, task_named


def asked_tasks(settings: DescriberSettings) -> tuple[Task, ...]:
    """The tasks that the settings name, each once; the description in the settings' words."""
    own = description_task(settings.prompt, max_new_tokens=settings.max_new_tokens)
    named = [own if name == own.name else task_named(name) for name in settings.tasks]
    return tuple(dict.fromkeys(named))
