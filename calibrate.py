"""Chooses a checkpoint's threshold: at most so many false alarms per hour of your own driving."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ui.console import run_command
from utils.command_settings import add_settings_flags, settings_of


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line; every flag is in docs/trust.md."""
    parser = ArgumentParser(prog="calibrate.py", description=__doc__)
    add = parser.add_argument
    add("--checkpoint", type=Path, required=True, metavar="FOLDER")
    add("--max-false-alarms-per-hour", type=float, default=5.0, metavar="N")
    add("--normal", type=Path, nargs="+", default=[], metavar="PATH", help="your normal drives")
    add("--labels", type=Path, metavar="FILE", help="labels of crash clips, any format")
    add("--videos", type=Path, metavar="FOLDER", help="the videos that --labels names")
    add("--data", metavar="FOLDER", help="folder with drives/, instead of --labels")
    add("--crashes-per-hour", type=float, metavar="R", help="in the footage to be analysed")
    add("--output", type=Path, metavar="FOLDER", help="checkpoint to write (default: in place)")
    add_settings_flags(parser, profile=False)
    return parser.parse_args(argv)


def run(args: Namespace) -> None:
    """Calibrate, with a line for each step. Raises AppError children."""
    settings = settings_of(args)
    from models.operating_point import CalibrationRequest, calibrate

    own = {k: v for k, v in vars(args).items() if k in CalibrationRequest.__annotations__}
    for line in calibrate(CalibrationRequest(**own), settings):
        print(line, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Calibrate as the command line asks; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
