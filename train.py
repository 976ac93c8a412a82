"""Trains the trigger network, or a model that describes, and writes checkpoints/<run>/."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from models.trainers.interruption import TrainingStopped
from ui.console import run_command
from utils.command_settings import add_settings_flags, settings_of


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line; every flag is in README.md."""
    parser = ArgumentParser(prog="train.py", description="Train the trigger network, or fine-tune.")
    add = parser.add_argument
    add_settings_flags(parser)
    add("--data", help="folder with drives/ and cadp_frames/; unless data.train_annotations is set")
    add("--resume", type=Path, metavar="RUN", help="folder of a run to go on with, in place")
    add("--allow-mismatch", action="store_true", help="resume though settings or clips differ")
    return parser.parse_args(argv)


def run(args: Namespace) -> int:
    """Train, with a line for each result; the exit code. Raises AppError children."""
    settings = settings_of(args)
    from models.trainers.choice import choose_training  # here, so that --help stays quick

    resume = {"resume": args.resume, "allow_mismatch": args.allow_mismatch}
    try:
        for line in choose_training(settings)(settings, data=args.data, **resume):
            print(line, flush=True)
    except TrainingStopped as stop:
        print(stop, file=sys.stderr)
        return stop.exit_code
    return 0


def main(argv: list[str] | None = None) -> int:
    """Train as the command line asks; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args), verbose=True)


if __name__ == "__main__":
    sys.exit(main())
