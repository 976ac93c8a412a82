"""Which rows of the library to list, as one SQL query for the rows and one for their number.

Only fixed text of this package becomes SQL; what people choose is bound to question marks.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from utils.errors import LibraryError
from utils.library.stored_values import plain_text, stored_time

MOST_ROWS = 2**31


class Choice:
    """Rows of some joined tables that fulfil all conditions."""

    def __init__(self, tables: str) -> None:
        self._tables = tables
        self._conditions: list[str] = []
        self._values: list[str | float] = []

    def where(self, condition: str, *values: str | float) -> None:
        """Narrow the rows. values: one per question mark of the condition."""
        self._conditions.append(condition)
        self._values += [plain_text(v) if isinstance(v, str) else v for v in values]

    def among(self, column: str, values: Sequence[str]) -> None:
        """Narrow the rows to those with one of these values; none of them does not narrow."""
        if values:
            self.where(f"{column} IN ({', '.join('?' * len(values))})", *values)

    def between(self, column: str, since: datetime | None, until: datetime | None) -> None:
        """Narrow the rows to times in [since, until)."""
        if since is not None:
            self.where(f"{column} >= ?", stored_time(since))
        if until is not None:
            self.where(f"{column} < ?", stored_time(until))

    def count(self, connection: sqlite3.Connection) -> int:
        """How many rows there are."""
        return int(connection.execute(self._query("count(*)"), self._values).fetchone()[0])

    def rows(
        self, connection: sqlite3.Connection, columns: str, order: str, *, part: tuple[int, int]
    ) -> list[sqlite3.Row]:
        """Rows in an order. part: how many at most, and how many to skip."""
        limit, offset = (min(max(number, 0), MOST_ROWS) for number in part)
        query = f"{self._query(columns)} ORDER BY {order} LIMIT ? OFFSET ?"
        return connection.execute(query, [*self._values, limit, offset]).fetchall()

    def _query(self, columns: str) -> str:
        conditions = " AND ".join(self._conditions) or "1"
        return f"SELECT {columns} FROM {self._tables} WHERE {conditions}"  # noqa: S608  fixed text


def order_named(orders: Mapping[str, str], name: str) -> str:
    """The SQL of an order. Raises LibraryError where there is none of that name."""
    if name not in orders:
        raise LibraryError(f"there is no order {name!r}; choose one of {', '.join(orders)}")
    return orders[name]
