"""The errors a user can mend. Each message says what happened, the value, and what to do about it.

Entry points catch `AppError` only; anything else is a bug and keeps its traceback.
"""


class AppError(Exception):
    """Base of every error that the user can act on."""


class ConfigError(AppError):
    """A setting is unknown, has the wrong type, or is out of range."""


class VideoError(AppError):
    """A video cannot be opened, is refused for safety, or holds no picture."""


class CheckpointError(AppError):
    """A checkpoint folder is missing, damaged, or does not fit the network."""


class ModelUnavailableError(AppError):
    """A model's weights, library or server cannot be had."""


class AnnotationError(AppError):
    """A label file cannot be read; the message names file, line and key."""


class OutputError(AppError):
    """An output cannot be written (folder missing, read-only, disk full)."""


class LibraryError(AppError):
    """The library of analyses cannot be read or written, or does not hold what was asked for."""


class ArchiveError(AppError):
    """A downloaded archive is missing a part, is damaged, or is refused for safety."""


class TrainingError(AppError):
    """Training cannot go on: no loss is finite any more, or the device's memory is too small."""
