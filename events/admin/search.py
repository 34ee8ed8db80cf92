"""Searching by an id: whole and exact, so that every search is a look into an index."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


def by_id(rows: QuerySet[M], term: str, *columns: str) -> QuerySet[M]:
    """The rows whose own id, or one of these columns, is the term; all of them for an empty one."""
    term = term.strip()
    if not term:
        return rows
    wanted = Q()
    for column in columns:
        wanted |= Q(**{column: term})
    own = _uuid(term)
    return rows.filter(wanted if own is None else wanted | Q(pk=own))


def _uuid(term: str) -> Any:
    try:
        return uuid.UUID(term)
    except ValueError:
        return None
