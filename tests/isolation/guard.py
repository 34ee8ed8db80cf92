"""A guard on every statement that the tests make our code execute: it says whose rows it means, or does not run.

The database itself can't be asked that without a role and a setting for each tenant: see
docs/decisions/0018-tenant-scoping.md. Statements of the tests themselves are not looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from tests.isolation.exceptions import PLACES, STATEMENTS
from tests.isolation.statements import forgetting, normal

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{ROOT / name}/" for name in ("curaway", "events", "patients", "webhooks"))
OTHERS = tuple(f"{ROOT / name}/" for name in ("tests", "bench"))
ADMIN = "/django/contrib/admin/"

CARRIERS = frozenset({"curaway.prepared", "curaway.threads", "events.question"})
"""They run statements of others."""

IN_HAND: frozenset[CodeType] = frozenset(
    function.__code__
    for function in (
        Model.save_base,
        Model.refresh_from_db,
        Collector.collect,
        Collector.delete,
        QuerySet.bulk_update,
        ForwardManyToOneDescriptor.get_object,
    )
)
"""Django's own statements by primary key, about a row that was read before: that reading was looked at."""


class TenantForgotten(AssertionError):
    """A statement on tenants' rows does not say whose."""


class Forgotten(NamedTuple):
    """Where it was executed, and on which tables."""

    place: str
    tables: frozenset[str]


class Guard:
    """Stands before every statement of the connections it watches."""

    def __init__(self) -> None:
        self.forgotten: list[Forgotten] = []

    def watch(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        """Told of every new connection."""
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = sql if isinstance(sql, str) else sql.as_string(None)
        if tables := forgetting(text):
            self._look(text, tables, sys._getframe(1))
        return execute(sql, params, many, context)

    def _look(self, text: str, tables: frozenset[str], frame: FrameType) -> None:
        place = place_of(frame)
        if place is None or is_excepted(place) or not forgetting(_without_excepted(text)):
            return
        self.forgotten.append(Forgotten(place, tables))
        raise TenantForgotten(f"{place} does not say whose rows of {', '.join(sorted(tables))} it means:\n{text}")

    @contextmanager
    def expecting(self) -> Iterator[list[Forgotten]]:
        """For tests that forget on purpose: gives what was forgotten meanwhile, and forgives it."""
        before = len(self.forgotten)
        found: list[Forgotten] = []
        try:
            yield found
        finally:
            found += self.forgotten[before:]
            del self.forgotten[before:]


guard = Guard()


def place_of(frame: FrameType | None) -> str | None:
    """The function of ours that executes, as `module:name`; None for a test's, and for rows in hand."""
    carrier = None
    while frame is not None:
        code = frame.f_code
        if code in IN_HAND or code.co_filename.startswith(OTHERS):
            return None
        if ADMIN in code.co_filename:
            return f"django.contrib.admin:{code.co_name}"
        if code.co_filename.startswith(OURS):
            place = f"{frame.f_globals['__name__']}:{code.co_qualname}"
            if frame.f_globals["__name__"] not in CARRIERS:
                return place
            carrier = place
        frame = frame.f_back
    return carrier


def is_excepted(place: str) -> bool:
    """Whether this function may leave it unsaid."""
    return any(fnmatchcase(place, pattern) for pattern in PLACES)


def _without_excepted(text: str) -> str:
    # The round asks many questions in one statement; the excepted ones among them are cut out.
    rest = normal(text)
    for statement in _excepted():
        rest = rest.replace(statement, "SELECT 1")
    return rest


@cache
def _excepted() -> tuple[str, ...]:
    found = (name.split(":") for name in STATEMENTS)
    return tuple(normal(getattr(import_module(module), name)) for module, name in found)
