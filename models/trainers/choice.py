"""Which training the settings ask for: of the trigger network, or of a vision-language model."""

from collections.abc import Callable, Iterator

from utils.settings import Settings


def choose_training(settings: Settings) -> Callable[..., Iterator[str]]:
    """What trains: see `models.trainers.run.train` and `models.trainers.lora_run.train_adapter`."""
    if settings.fine_tuning.tasks:
        from models.trainers.lora_run import train_adapter

        return train_adapter
    from models.trainers.run import train

    return train
