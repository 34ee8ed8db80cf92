"""A list of the admin that never counts and never sorts: it reads one page by an index."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

from events.admin.dates import DATE_PARTS, Dates

DEEPEST_PAGE = 100
"""Beyond it the database would read and throw away what stands before; a date or filter leads further."""


class UncountedChangeList(ChangeList):
    """Newer and older pages instead of numbers; whether there is an older one tells one more row than is shown."""

    def get_results(self, request: HttpRequest) -> None:
        if not 1 <= self.page_num <= DEEPEST_PAGE:
            raise IncorrectLookupParameters
        start = (self.page_num - 1) * self.list_per_page
        rows = list(self.queryset[start : start + self.list_per_page + 1])
        self.result_list = rows[: self.list_per_page]
        self.has_older = len(rows) > self.list_per_page
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = self.show_all = self.can_show_all = False
        self.show_admin_actions = True
        self.multi_page = self.has_older or self.page_num > 1

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        # Whatever `?o=` says: only this order has an index.
        return list(self.model_admin.ordering or self.lookup_opts.ordering or ())

    def get_ordering_field_columns(self) -> dict[int, Any]:
        return {}

    def get_filters(self, request: HttpRequest) -> Any:
        try:
            found = super().get_filters(request)
        except (ValueError, OverflowError) as impossible:
            # Django lets the year 9999 through, and fails at the one after it.
            raise IncorrectLookupParameters from impossible
        remaining = found[2]
        if any(name.endswith(("__month", "__day")) for name in remaining):
            # Without their year they are no span of time: every row would be looked at.
            raise IncorrectLookupParameters
        return found

    def page_links(self) -> dict[str, Any]:
        """Where the newer and the older page are; `deepest` when there is an older one that is not offered."""
        deepest = self.page_num == DEEPEST_PAGE
        return {
            "number": self.page_num,
            "newer": self._page(self.page_num - 1) if self.page_num > 1 else None,
            "older": self._page(self.page_num + 1) if self.has_older and not deepest else None,
            "deepest": self.has_older and deepest,
        }

    def rows_about(self) -> int | None:
        """The table's size as the database last estimated it, for the whole list; None for a narrowed one."""
        if self.get_filters_params() or self.query:
            return None
        with connection.cursor() as sql:
            sql.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [self.model._meta.db_table])
            rows: int = sql.fetchone()[0]
        return rows if rows > 0 else None

    def dates(self) -> Dates | None:
        """The years, months or days to choose from, where the list has a date hierarchy."""
        field = self.date_hierarchy
        if not field:
            return None
        chosen = (self.params.get(f"{field}__{part}") for part in DATE_PARTS)
        span = [int(part) for part in takewhile(bool, chosen) if part]
        return Dates(self.model._meta.db_table, field, span, self.get_query_string)

    def search_carries(self) -> Sequence[tuple[str, str]]:
        """What else the search form sends, so that searching keeps the filters."""
        return [(name, value) for name, value in self.params.items() if name != SEARCH_VAR]

    def _page(self, number: int) -> str:
        return self.get_query_string({PAGE_VAR: str(number)})
