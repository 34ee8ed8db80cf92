"""Statements that the database plans once per connection instead of at every use: those on the way of every stream.

Planning such a statement takes longer than running it. Django's own cursors send every statement as new text; those
here leave its values apart, so that psycopg can prepare it. Not behind a pooler, which may give the next use to
another connection that has never heard of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

Parameters = Sequence[Any] | Mapping[str, Any]

AT_FIRST_USE = 0
"""psycopg's threshold: how often a statement is sent as it is before it is prepared; None is for ever."""


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """A cursor of Django's connection for statements whose text never changes.

    The connection is taken as it is: see `rows` for one that may have broken since its last use.
    """
    connection.ensure_connection()
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrapped(psycopg.Cursor(connection.connection)) as opened:  # type: ignore[arg-type]
        yield opened


def rows(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """What a reading statement finds. As a request's first it spares the check of the connection: when that turns
    out to be broken, the statement is asked once more on a new one."""
    try:
        found = _rows(sql, parameters)
    except (OperationalError, InterfaceError):
        if connection.health_check_done or connection.in_atomic_block:  # type: ignore[attr-defined]
            raise
        connection.close()
        found = _rows(sql, parameters)
    connection.health_check_done = True  # type: ignore[attr-defined]
    return found


def prepare_unless_pooled(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Told of every new connection: let its statements be prepared, unless something stands in between, which makes
    up a process id of its own."""
    made: psycopg.Connection[Any] = connection.connection
    row = made.execute("SELECT pg_backend_pid()").fetchone()
    if row is not None and row[0] == made.info.backend_pid:
        made.prepare_threshold = AT_FIRST_USE
        made.execute(SETTINGS_SQL)


SETTINGS_SQL = """
SELECT set_config('plan_cache_mode', 'force_generic_plan', false), set_config('lock_timeout', '5s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false)
"""
# Left to itself Postgres plans statements that take lists anew at every use: it can't tell how long they are. Nobody
# waits for long for who holds a patient's row, since workers are few; and who was stopped while holding one loses it.


def array(values: Sequence[Any]) -> Any:
    """Texts or whole numbers as the text of a Postgres array; what is neither is left to psycopg, which looks at every
    single text twice: with thousands of streams that would be most of what a round costs."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return f'{{"{_BETWEEN.join(map(_escaped, values) if _is_special(values) else values)}"}}'
    return f"{{{','.join(map(str, values))}}}" if kinds <= {int} else values


_BETWEEN = '","'


def _is_special(values: Sequence[str]) -> bool:
    together = "".join(values)
    return '"' in together or "\\" in together


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _sent(value: Any) -> Any:
    return array(value) if isinstance(value, list) else value


def _rows(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    sent = (
        {name: _sent(value) for name, value in parameters.items()}
        if isinstance(parameters, Mapping)
        else [_sent(value) for value in parameters]
    )
    with cursor() as asking:
        asking.execute(sql, sent)
        found: list[tuple[Any, ...]] = asking.fetchall()
        return found
