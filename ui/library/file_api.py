"""Exports, backups and reports taken in, for programs."""

from typing import Any

from ui.context import Context
from ui.library import exporting
from ui.library.filters import Asked, event_filter
from ui.library.rows import exported_row


class FileApi:
    """What leaves or joins the library as files."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def export_csv(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        text: str = "",
        decisions: list[str] = [],  # noqa: B006 - never changed; the default is documented
        labels: list[str] = [],  # noqa: B006
        facts: dict[str, str] = {},  # noqa: B006
        min_score: float = 0.0,
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """A table of all moments that fit a filter, with what was decided about each.

        Args:
            text: as in `list_events`, like the others
            decisions: unreviewed, confirmed, near_miss, false_alarm, unsure; none: all
            labels: what the score means; none: all
            facts: structured answers by name
            min_score: the least score, 0 to 1
            since: first day of analysis, such as 2026-11-01
            until: last day of analysis

        Returns:
            `files`, the `addresses` where they can be fetched, and a `summary`
        """
        asked = Asked(text, decisions, labels, facts, min_score, since, until)
        wanted = event_filter(asked, limit=1)
        return exported_row(self._context, exporting.export_csv(self._context, wanted))

    def export_period(self, since: str = "", until: str = "") -> dict[str, Any]:
        """A report to read or print on what was analysed in a period.

        Args:
            since: first day, such as 2026-11-01; empty: 30 days up to the last one
            until: last day; empty: today

        Returns:
            `files`, the `addresses` where they can be fetched, and a `summary`
        """
        return exported_row(self._context, exporting.export_period(self._context, since, until))

    def export_reviews(self) -> dict[str, Any]:
        """The reviews as labels: annotations.json, and its split for training.

        Returns:
            `files`, the `addresses` where they can be fetched, a `summary`, and `left_out`:
            the videos whose reviews make no label, and why
        """
        return exported_row(self._context, exporting.export_reviews(self._context))

    def back_up_library(self) -> dict[str, Any]:
        """Copy the library to one file; reports and pictures are files already.

        Returns:
            `files`, the `addresses` where they can be fetched, and a `summary`
        """
        return exported_row(self._context, exporting.back_up(self._context))

    def take_in_reports(self, folder: str) -> dict[str, Any]:
        """Take in the reports below a folder, such as those of the command line.

        Args:
            folder: a folder on this computer

        Returns:
            `reports`: how many there were
        """
        return {"reports": exporting.take_in(self._context, folder)}
