"""Command line: videos or folders -> reports. Exit codes: 0 ok, 2 refused input, 3 partial."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from ui.console import follow, run_command
from utils.command_settings import add_settings_flags, settings_of
from utils.settings import Settings

TRIGGER_FLAGS = ("checkpoint", "threshold", "max_false_alarms_per_hour", "strict_loading")
DESCRIBERS = ["auto", "template", "llava", "llm", "openai"]


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line; every flag is in README.md."""
    parser = ArgumentParser(prog="inference.py", description="Find crashes and near misses.")
    add = parser.add_argument
    add("--video", nargs="+", required=True, metavar="PATH", help="videos or folders of videos")
    add("--output", default="outputs/analysis.json", help="JSON report; a folder for many videos")
    add("--outputs", metavar="LIST", help="json,html,csv,srt,mp4,wav (default: json,html)")
    add("--checkpoint", help="checkpoint folder of the trigger network")
    add("--threshold", type=float, help="0 to 1; overrides the checkpoint's own")
    add("--describer", choices=DESCRIBERS, help="who describes events")
    add("--max-false-alarms-per-hour", type=float, metavar="N", help="for calibrated checkpoints")
    add("--strict-loading", action="store_true", default=None, help="refuse one that does not fit")
    add_settings_flags(parser)
    add("--verbose", action="store_true", help="log what is done, on stderr")
    return parser.parse_args(argv)


def resolve_settings(args: Namespace) -> Settings:
    """Settings from the config, the profile, --set and the named flags. Raises ConfigError."""
    trigger = {key: getattr(args, key) for key in TRIGGER_FLAGS}
    flags: dict[str, Any] = {"trigger": {k: v for k, v in trigger.items() if v is not None}}
    if args.outputs is not None:
        flags["outputs"] = {"formats": [f.strip() for f in args.outputs.split(",") if f.strip()]}
    settings = settings_of(args, **flags)
    implied = _implied(args, settings.describer.kind)
    if not implied:
        return settings
    more = {**vars(args), "assignments": [*implied, *args.assignments]}
    return settings_of(Namespace(**more), **flags)


def _implied(args: Namespace, kind: str) -> list[str]:
    """Naming a describer or its model on the command line is the word to fetch its weights."""
    named_model = any(text.startswith("describer.model=") for text in args.assignments)
    wants_llava = named_model and kind in ("auto", "llava")
    chosen = args.describer or ("llava" if wants_llava else None)
    if chosen is None:
        return []
    fetch = ["describer.allow_download=true"] if chosen in ("llava", "llm") else []
    return [f"describer.kind={chosen}", *fetch]


def run(args: Namespace) -> int:
    """Analyse every video; the batch's exit code. Raises AppError children."""
    settings = resolve_settings(args)
    from models.batch import run_batch  # after the arguments, so that --help stays quick

    return follow(run_batch([Path(v) for v in args.video], Path(args.output), settings))


def main(argv: list[str] | None = None) -> int:
    """Analyse what the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args), verbose=args.verbose)


if __name__ == "__main__":
    sys.exit(main())
