"""The rows an action changes: few enough to have been looked at."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

MOST_AT_ONCE = 100
"""A page of a list; an action on everything a list has is for exports only."""


def chosen(request: HttpRequest, rows: QuerySet[M]) -> list[M]:
    """The rows to change; none, with a message, when there are more than `MOST_AT_ONCE`."""
    found = list(rows[: MOST_AT_ONCE + 1])
    if len(found) <= MOST_AT_ONCE:
        return found
    messages.error(request, f"Nothing was done: choose at most {MOST_AT_ONCE} rows.")
    return []
