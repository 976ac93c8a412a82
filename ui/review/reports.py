"""Reports as they were read, kept while they are looked at: a long one takes a while to read."""

import threading
from collections import OrderedDict
from pathlib import Path

from utils.report import AnalysisReport
from utils.writers import OutputLayout, read_json

MAX_KEPT = 16


class ReportShelf:
    """The reports read last. A file that was written anew is read anew."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, int, int], AnalysisReport] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, path: Path) -> tuple[AnalysisReport, OutputLayout]:
        """The report and where its files lie. Raises OutputError."""
        key = _key(path)
        with self._lock:
            report = self._kept.get(key)
        report = report or read_json(path)
        with self._lock:
            self._kept[key] = report
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return report, OutputLayout(path)


def _key(path: Path) -> tuple[Path, int, int]:
    try:
        status = path.stat()
    except OSError:
        return path, 0, 0  # reading it says why
    return path, status.st_mtime_ns, status.st_size
