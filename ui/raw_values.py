"""Reads numbers that come from a page or a program, which may send anything."""

from typing import Any

from utils.errors import ConfigError

LARGEST = 1e300
LARGEST_WHOLE = 2**53  # up to here a browser's numbers are whole ones


def as_number(value: Any) -> float | None:
    """The value as a finite number; None for anything else, also for a truth value or a text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -LARGEST < value < LARGEST else None


def read_number(value: Any, name: str) -> float | None:
    """A number; None for an empty field. Raises ConfigError. name: as it begins a sentence."""
    if value is None or value == "":
        return None
    number = as_number(value)
    if number is None:
        raise ConfigError(f"{name} must be a number.")
    return number


def typed_number(value: Any) -> Any:
    """What was typed into a field of text as a number; all else as it came, to be checked."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value.strip()


def read_whole(value: Any, name: str) -> int | None:
    """A whole number; None for an empty field. Raises ConfigError."""
    number = read_number(value, name)
    if number is None:
        return None
    if number != int(number) or abs(number) >= LARGEST_WHOLE:
        raise ConfigError(f"{name} must be a whole number.")
    return int(number)


def read_count(value: Any, name: str) -> int:
    """A whole number from 0 on, such as an id; never empty. Raises ConfigError."""
    number = as_number(value)
    if number is None or number != int(number) or not 0 <= number < LARGEST_WHOLE:
        raise ConfigError(f"{name} must be a whole number.")
    return int(number)
