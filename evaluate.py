"""Measures checkpoints, or somebody's scores, on labelled clips: figures, table and plots."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from ui.console import run_command
from utils.command_settings import add_settings_flags, settings_of
from utils.config import project_path
from utils.metrics.protocols import ALL, ANSWER_PROTOCOLS, PROTOCOLS


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line; docs/evaluation.md explains it."""
    parser = ArgumentParser("evaluate.py", description="Measure checkpoints on labelled clips.")
    add = parser.add_argument
    add("--checkpoint", nargs="+", default=[], metavar="FOLDER", help="default: the settings' one")
    add("--scores", nargs="+", type=Path, default=[], metavar="CSV", help="clip,time_s,score")
    add("--solution", type=Path, metavar="CSV", help="Nexar's; --scores are submissions")
    add("--answers", nargs="+", type=Path, default=[], metavar="PATH", help="to tasks, by a model")
    add("--references", type=Path, metavar="PATH", help="right answers; --answers are measured")
    add(
        "--protocol",
        choices=[ALL, *PROTOCOLS, *ANSWER_PROTOCOLS],
        default=ALL,
        help="default: all that apply",
    )
    add("--split", choices=["train", "val", "test"], default="val")
    add("--data", help="folder with drives/ and cadp_frames/; unless data.* names other labels")
    add("--output", type=Path, default=Path("outputs/evaluation"), metavar="FOLDER")
    add("--no-baselines", action="store_true", help="leave out what a checkpoint must beat")
    add_settings_flags(parser)
    return parser.parse_args(argv)


def measure(args: Namespace) -> Iterator[str]:
    """What was found, line by line. Raises AppError children."""
    settings = settings_of(args)
    from models.evaluation import run  # so that --help stays quick

    request = run.EvaluationRequest(
        checkpoints=[project_path(name) for name in args.checkpoint],
        score_files=args.scores,
        solution=args.solution,
        references=args.references,
        answer_files=args.answers,
        protocol=args.protocol,
        split=args.split,
        data=args.data,
        baselines=not args.no_baselines,
    )
    return run.evaluate(request, settings, args.output)


def show(args: Namespace) -> None:
    """Print the lines as they come."""
    for line in measure(args):
        print(line)


def main(argv: list[str] | None = None) -> int:
    """Measure as the command line asks; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: show(args))


if __name__ == "__main__":
    sys.exit(main())
