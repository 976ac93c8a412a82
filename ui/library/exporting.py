"""What leaves or joins the library as files: tables, reports, labels, backups, reports taken in.

Files that are made go to `exports` or `backups` below the outputs, each under a name of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ui.context import Context
from ui.library.filters import read_day
from ui.local_paths import PATHS_ARE_OFF, existing_path
from ui.sentences import number_of
from utils.errors import ConfigError, VideoError
from utils.exports.annotations import write_reviews
from utils.exports.period_report import write_period_report
from utils.exports.tables import write_events_csv
from utils.library.records import EventFilter

PERIOD_DAYS = 30
BACKUPS_ARE_OFF = "Backups are off while the app listens on the network: they name its folders."


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were made, and a sentence on what is in them."""

    files: tuple[Path, ...]
    words: str
    left_out: tuple[str, ...] = ()


def export_csv(context: Context, wanted: EventFilter) -> Exported:
    """All moments that the filter lets through, as a table."""
    target = _target(context, "moments", ".csv")
    count = write_events_csv(context.library, wanted, target, folders=context.local_allowed)
    return Exported((target,), f"{number_of(count, 'moment')} in a table")


def export_period(context: Context, since: Any, until: Any) -> Exported:
    """A report to print for a period: the given days, else the last 30."""
    last = read_day(until) or date.today()
    first = read_day(since) or date.fromordinal(max(1, last.toordinal() - PERIOD_DAYS + 1))
    if first > last:
        raise ConfigError(f"The period ends before it begins: {first} to {last}.")
    target = _target(context, f"report-{first}-to-{last}", ".html")
    write_period_report(context.library, first, last, target)
    return Exported((target,), f"The report on {first} to {last}")


def export_reviews(context: Context) -> Exported:
    """The reviews as labels: all of them, and split for training."""
    folder = _target(context, "reviews", "")
    made = write_reviews(context.library, folder)
    videos, moments = number_of(made.videos, "video"), number_of(made.triggers, "moment")
    words = f"Labels of {videos} with {moments}"
    files = (made.annotations, made.train.path, made.val.path)
    if made.left_out:
        words += f"; {number_of(len(made.left_out), 'video')} left out: {made.left_out[0]}"
    return Exported(tuple(f for f in files if f.is_file()), words, made.left_out)


def back_up(context: Context) -> Exported:
    """A copy of the library in one file, which names the folders of all videos."""
    if not context.local_allowed:
        raise ConfigError(BACKUPS_ARE_OFF)
    target = _target(context, "library", ".sqlite3", folder="backups")
    context.library.backup(target)
    return Exported((target,), "The library is copied; reports and pictures lie beside it as files")


def take_in(context: Context, folder: Any) -> int:
    """Take in the reports below a folder; how many there were. Raises VideoError."""
    if not context.local_allowed:
        raise VideoError(PATHS_ARE_OFF)
    if not isinstance(folder, str) or not folder.strip():
        raise VideoError("Give the folder that holds the reports.")
    path = existing_path(folder)
    if not path.is_dir():
        raise VideoError(f"{path.name} is not a folder. Give the folder that holds the reports.")
    return context.library.analyses.add_folder(path)


def _target(context: Context, name: str, suffix: str, *, folder: str = "exports") -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")[:-3]
    return context.outputs / folder / f"{name}-{stamp}{suffix}"
