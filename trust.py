"""Asks whether a checkpoint can be trusted: one page of questions, answers and plain words."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ui.console import run_command
from utils.command_settings import add_settings_flags, settings_of


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line; every flag is in docs/trust.md."""
    parser = ArgumentParser(prog="trust.py", description=__doc__)
    add = parser.add_argument
    add("--checkpoint", type=Path, required=True, metavar="FOLDER")
    add("--data", metavar="FOLDER", help="folder with drives/ and cadp_frames/")
    add("--output", type=Path, default=Path("outputs/trust"), metavar="FOLDER")
    add_settings_flags(parser, profile=False)
    return parser.parse_args(argv)


def run(args: Namespace) -> None:
    """Examine, with a line for each step, and write the page. Raises AppError children."""
    settings = settings_of(args)
    from models.trust.examination import examine_checkpoint
    from utils.writers.trust_page import write_trust

    for step in examine_checkpoint(args.checkpoint, settings, args.data):
        if isinstance(step, str):
            print(step, flush=True)
        else:
            print("\n".join(step.lines()))
            print("wrote", ", ".join(map(str, write_trust(step, args.output))))


def main(argv: list[str] | None = None) -> int:
    """Examine the checkpoint that the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
