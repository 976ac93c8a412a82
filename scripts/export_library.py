"""Exports from the app's library: evidence of an event, a table, a report of a period, labels.

`python scripts/export_library.py --take-in outputs table events.csv` adds the reports below a
folder, then writes the table of all events. Event numbers are in its column `event_id`.
"""

import shlex
import sys
import zipfile
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ui.console import OK, PARTIAL, run_command  # noqa: E402
from utils.command_settings import add_settings_flags, settings_of  # noqa: E402
from utils.errors import LibraryError  # noqa: E402
from utils.exports.annotations import ReviewsExport, SplitFile, write_reviews  # noqa: E402
from utils.exports.event_evidence import CLIP_FILE  # noqa: E402
from utils.exports.evidence_package import package_name, write_evidence_package  # noqa: E402
from utils.exports.listing import day_end, day_start  # noqa: E402
from utils.exports.period_report import write_period_report  # noqa: E402
from utils.exports.tables import write_events_csv  # noqa: E402
from utils.library import LIBRARY_FILE, Library  # noqa: E402
from utils.library.records import EventFilter, EventSort, ReviewState  # noqa: E402
from utils.settings import Settings  # noqa: E402


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="export_library.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--library", type=Path, metavar="FILE", help="default: the app's, in app.output_dir")
    add("--take-in", type=Path, metavar="FOLDER", help="first add all reports below a folder")
    add_settings_flags(parser, profile=False, device=False)
    exports = parser.add_subparsers(dest="export", metavar="EXPORT")
    _add_event(exports.add_parser("event", help="evidence package of one event (zip)"))
    _add_table(exports.add_parser("table", help="table of events (CSV)"))
    _add_period(exports.add_parser("period", help="report of some days, to print (HTML)"))
    reviews = exports.add_parser("reviews", help="labels for training, from reviews (JSON)")
    reviews.add_argument("folder", type=Path, help="gets annotations.json, train.json, val.json")
    args = parser.parse_args(argv)
    if args.export is None and args.take_in is None:
        parser.error("name an export (event, table, period, reviews) or --take-in FOLDER")
    return args


def _add_event(parser: ArgumentParser) -> None:
    parser.add_argument("event_id", type=int, help="as in the table's column event_id")
    parser.add_argument("output", type=Path, nargs="?", help="default: named after the video")
    parser.add_argument("--no-history", action="store_true", help="only the latest review")


def _add_table(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("output", type=Path)
    add("--text", default="", help="words to search for")
    add("--decision", action="append", default=[], choices=get_args(ReviewState))
    add("--label", action="append", default=[])
    add("--fact", action="append", default=[], type=_fact, metavar="NAME=VALUE")
    add("--min-score", type=float)
    add("--since", type=_day, metavar="YYYY-MM-DD", help="first day of the analyses")
    add("--until", type=_day, metavar="YYYY-MM-DD", help="last day of the analyses")
    add("--sort", choices=get_args(EventSort), default="score")


def _add_period(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("output", type=Path)
    add("--since", type=_day, required=True, metavar="YYYY-MM-DD", help="first day")
    add("--until", type=_day, metavar="YYYY-MM-DD", help="last day (default: today)")
    add("--decision", action="append", default=[], choices=get_args(ReviewState))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day; write 2026-11-20") from None


def _fact(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ArgumentTypeError(f"{text!r} is no fact; write weather=rain")
    return name, value


def open_library(args: Namespace, settings: Settings) -> Library:
    """The library that is meant. Raises LibraryError where there is none to export from."""
    outputs = Path(settings.app.output_dir).expanduser()
    path = args.library or (outputs if outputs.is_absolute() else ROOT / outputs) / LIBRARY_FILE
    if not path.is_file() and args.take_in is None:
        raise LibraryError(f"no library at {path}; name one with --library, or use --take-in")
    return Library(path)


def export_event(args: Namespace, library: Library, settings: Settings) -> int:
    """Write an evidence package."""
    output = args.output or Path(package_name(library.events.get(args.event_id)))
    history = not args.no_history
    write_evidence_package(
        library, args.event_id, output, settings.outputs, include_history=history
    )
    with zipfile.ZipFile(output) as archive:
        has_clip = CLIP_FILE in archive.namelist()
    print(f"{output}: event {args.event_id}" + ("" if has_clip else ", without clip: see its page"))
    return OK


def export_table(args: Namespace, library: Library, settings: Settings) -> int:
    """Write a table of events."""
    wanted = EventFilter(
        text=args.text,
        decisions=tuple(args.decision),
        labels=tuple(args.label),
        facts=dict(args.fact),
        min_score=args.min_score,
        since=day_start(args.since) if args.since else None,
        until=day_end(args.until) if args.until else None,
        sort=args.sort,
    )
    print(f"{args.output}: {write_events_csv(library, wanted, args.output)} events")
    return OK


def export_period(args: Namespace, library: Library, settings: Settings) -> int:
    """Write the report of a period."""
    until = args.until or date.today()
    write_period_report(library, args.since, until, args.output, decisions=tuple(args.decision))
    print(f"{args.output}: {args.since} to {until}")
    return OK


def export_reviews(args: Namespace, library: Library, settings: Settings) -> int:
    """Write labels for training; 3 where reviewed videos were left out."""
    written = write_reviews(library, args.folder)
    for line in written.left_out:
        print(f"left out: {line}", file=sys.stderr)
    print(f"{written.annotations}: {written.videos} videos, {written.triggers} moments")
    print(_side_line(written.train))
    print(_side_line(written.val))
    print(f"train with: python train.py {shlex.join(_training_flags(written))}")
    return PARTIAL if written.left_out else OK


def _training_flags(written: ReviewsExport) -> list[str]:
    """What train.py has to be told, so that nothing is taken from the config."""
    values = {
        "data.train_annotations": written.train.path,
        "data.train_video_dir": written.video_dir,
        "data.val_annotations": written.val.path,
        "data.val_video_dir": written.video_dir,
    }
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def _side_line(side: SplitFile) -> str:
    kinds = f"{side.crashes} with a crash, {side.near_misses} near miss, {side.normal} normal"
    return f"{side.path}: {side.videos} videos, {kinds}"


EXPORTS: dict[str, Callable[[Namespace, Library, Settings], int]] = {
    "event": export_event,
    "table": export_table,
    "period": export_period,
    "reviews": export_reviews,
}


def run(args: Namespace) -> int:
    """Take in and export. Raises AppError children."""
    settings = settings_of(args)
    library = open_library(args, settings)
    if args.take_in is not None:
        if not args.take_in.is_dir():
            raise LibraryError(f"{args.take_in} is no folder; give the folder of the reports")
        print(f"{library.path}: took in {library.analyses.add_folder(args.take_in)} reports")
    return EXPORTS[args.export](args, library, settings) if args.export else OK


def main(argv: list[str] | None = None) -> int:
    """Export what the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
