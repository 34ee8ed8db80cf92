"""Years, months and days to choose from, found by index: at most one probe for each that is offered.

Django's own date hierarchy truncates the date of every row in the list, which at a million rows takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import MAXYEAR, date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import formats
from django.utils.timezone import localtime, make_aware
from psycopg import sql

PROBE = """
SELECT starts FROM unnest(%s::timestamptz[], %s::timestamptz[]) AS spans(starts, ends)
CROSS JOIN LATERAL (
    SELECT 1 FROM {table} WHERE {column} >= starts AND {column} < ends ORDER BY {column} DESC LIMIT 1
) AS found
ORDER BY starts
"""
LAST_YEAR = MAXYEAR - 1
"""A span ends where the next one starts."""

DATE_PARTS = ("year", "month", "day")
FORMATS = {"year": "Y", "month": "YEAR_MONTH_FORMAT", "day": "MONTH_DAY_FORMAT"}


class Choice(NamedTuple):
    """A span of time; without a link when it is the one that is shown."""

    title: str
    link: str | None


class Dates:
    """What a list's date hierarchy shows for what is chosen so far: nothing, a year, its month, its day.

    Offers the spans in which the table has rows, whatever else the list is filtered by: that can be told by index.
    """

    def __init__(self, table: str, column: str, chosen: Sequence[int], link: Callable[..., str]) -> None:
        self._names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
        self._column = column
        self._link = link
        self._chosen = chosen

    def back(self) -> Choice | None:
        """The next wider span; None when nothing is chosen."""
        if not self._chosen:
            return None
        wider = self._chosen[:-1]
        return Choice(self._title(wider) if wider else "All dates", self._address(wider))

    def choices(self) -> list[Choice]:
        """The spans inside of the chosen one; a chosen day alone."""
        if len(self._chosen) == 3:
            return [Choice(self._title(self._chosen), None)]
        spans = self._spans(self._chosen)
        # One year, or one month, with events in it is no choice: its parts are offered at once.
        while len(spans) == 1 and len(spans[0]) < 3:
            spans = self._spans(spans[0])
        return [Choice(self._title(span), self._address(span)) for span in spans]

    def _spans(self, within: Sequence[int]) -> list[list[int]]:
        parts = (self._years, self._months, self._days)[len(within)](*within)
        starts = {_start(part): part for part in parts}
        ends = [_start(_next(part)) for part in parts]
        query = sql.SQL(PROBE).format(**self._names)
        with connection.cursor() as cursor:
            cursor.execute(query, [list(starts), ends])
            return [starts[localtime(found)] for (found,) in cursor.fetchall()]

    def _years(self) -> list[list[int]]:
        query = sql.SQL("SELECT min({column}), max({column}) FROM {table}").format(**self._names)
        with connection.cursor() as cursor:
            cursor.execute(query)
            first, last = cursor.fetchone()
        if first is None:
            return []
        return [[year] for year in range(localtime(first).year, min(localtime(last).year, LAST_YEAR) + 1)]

    @staticmethod
    def _months(year: int) -> list[list[int]]:
        return [[year, month] for month in range(1, 13)]

    @staticmethod
    def _days(year: int, month: int) -> list[list[int]]:
        first = date(year, month, 1)
        days = (first + timedelta(days=number) for number in range(31))
        return [[day.year, day.month, day.day] for day in days if day.month == month]

    def _title(self, span: Sequence[int]) -> str:
        return formats.date_format(_date(span), FORMATS[DATE_PARTS[len(span) - 1]])

    def _address(self, span: Sequence[int]) -> str:
        wanted = {f"{self._column}__{part}": str(value) for part, value in zip(DATE_PARTS, span, strict=False)}
        return self._link(wanted, [f"{self._column}__"])


def _date(span: Sequence[int]) -> date:
    year, month, day = [*span, 1, 1][:3]
    return date(year, month, day)


def _start(span: Sequence[int]) -> datetime:
    return make_aware(datetime.combine(_date(span), datetime.min.time()))


def _next(span: Sequence[int]) -> list[int]:
    year, *rest = span
    if not rest:
        return [year + 1]
    month, *day = rest
    if not day:
        return [year + month // 12, month % 12 + 1]
    after = _date(span) + timedelta(days=1)
    return [after.year, after.month, after.day]
