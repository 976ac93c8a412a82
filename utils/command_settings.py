"""The flags that choose settings, the same for every command, and the settings they choose."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from utils.config import load_settings, merge, parse_assignment
from utils.settings import Settings


def add_settings_flags(
    parser: ArgumentParser, *, profile: bool = True, device: bool = True
) -> None:
    """Add --config and --set, and --profile and --device where the command has them."""
    add = parser.add_argument
    add("--config", type=Path, help="settings file (default: config.yaml)")
    if profile:
        add("--profile", help="named group of settings in the config")
    add("--set", action="append", default=[], metavar="A.B=C", dest="assignments")
    if device:
        add("--device", choices=["auto", "cpu", "cuda"])


def settings_of(args: Namespace, **flags: Any) -> Settings:
    """Settings from the config, the profile, --set, --device and a command's own named flags.

    Raises ConfigError.
    """
    device = getattr(args, "device", None)
    named = flags if device is None else {**flags, "device": device}
    profile = getattr(args, "profile", None)
    return load_settings(args.config, profile=profile, assignments=args.assignments, flags=named)


def given_by(args: Namespace, **flags: Any) -> dict[str, Any]:
    """What --set and a command's own named flags say, nested. Raises ConfigError."""
    given: dict[str, Any] = {}
    for text in args.assignments:
        given = merge(given, parse_assignment(text))
    return merge(given, flags)
