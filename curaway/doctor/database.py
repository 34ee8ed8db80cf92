"""The database: whether it answers, is migrated, has room, and is reached as the settings say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg.conninfo import conninfo_to_dict

from curaway.doctor.finding import Finding, State, fail, ok, warn
from curaway.environment import REDIS_SCHEMES, WAKEUPS_OFF, Environment
from events.grammar import REGISTRY
from events.registry import streamed_types

HOLDERS = 5
"""Transactions held open to see whether a pooler gives our connection to somebody else."""

ROOM = """
SELECT current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0),
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())
"""


def database(environment: Environment) -> Iterator[Finding]:
    """The findings about the database; raises `psycopg.Error` or Django's when it does not answer."""
    yield _answers()
    yield (migrations := _migrations())
    if migrations.state is State.OK:
        yield _vocabulary()
    yield _room(environment)
    yield _pooler(environment)


def _answers() -> Finding:
    with connection.cursor() as cursor:
        began = time.monotonic()
        cursor.execute("SELECT current_setting('server_version')")
        (version,) = cursor.fetchone()
    taken = (time.monotonic() - began) * 1000
    said = f"PostgreSQL {version.split()[0]} answers in {taken:.1f} ms"
    if taken > 50:
        return warn("database", said, "run it nearer: every request asks it several times")
    return ok("database", said)


def _migrations() -> Finding:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:3])
        return fail("migrations", f"{len(missing)} not applied: {names}", "run manage.py migrate")
    return ok("migrations", "all applied")


def _vocabulary() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE events_is_streamed(name)", [list(REGISTRY)])
        streamed = {name for (name,) in cursor.fetchall()}
    differing = streamed ^ set(streamed_types())
    if differing:
        listed = ", ".join(sorted(differing)[:3])
        return fail("vocabulary", f"the database streams other types than the code: {listed}", "run manage.py migrate")
    return ok("vocabulary", f"{len(streamed)} of {len(REGISTRY)} event types stream, here and in the database")


def _room(environment: Environment) -> Finding:
    most, used = _asked_directly(environment, ROOM)
    pooled = _is_pooled()
    each = (0 if pooled else environment.DATABASE_CONNECTIONS) + int(_by_notify(environment))
    beside = " besides the pooler's" if pooled else ""
    said = f"{used} of {most} connections are in use; a process has up to {each}{beside}"
    if each > most or used >= most:
        return fail("connections", said, "raise max_connections, or lower DATABASE_CONNECTIONS")
    if not each:
        return ok("connections", said)
    more = (most - used) // each
    said = f"{said}, so {more} more fit"
    if more >= 2:
        return ok("connections", said)
    return warn(
        "connections",
        said,
        "a rolling deploy needs room for a second process beside each first: raise max_connections, or put PgBouncer "
        "in front (docs/deploy/pgbouncer.ini)",
    )


def _asked_directly(environment: Environment, query: str) -> Any:
    if environment.DATABASE_DIRECT_URL:
        with psycopg.connect(**_of(environment.DATABASE_DIRECT_URL)) as asking:
            return asking.execute(query).fetchone()
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def _pooler(environment: Environment) -> Finding:
    direct = environment.DATABASE_DIRECT_URL
    if direct and _forgets(_of(direct)):
        return fail(
            "pooler",
            "DATABASE_DIRECT_URL names a pooler in transaction mode too, which forgets a LISTEN",
            "let it name the database itself",
        )
    if not _forgets(_parameters()):
        return ok("pooler", "none, or one that keeps sessions: LISTEN works")
    if _by_notify(environment) and not direct:
        return fail(
            "pooler",
            "DATABASE_URL names a pooler in transaction mode, which forgets a LISTEN: events wait for the poll",
            "set DATABASE_DIRECT_URL to the database itself, or EVENTS_WAKEUP_URL to a Redis",
        )
    return ok("pooler", "in transaction mode, and wake-ups do not depend on it")


def _by_notify(environment: Environment) -> bool:
    """Whether each process keeps a connection to listen on, to DATABASE_DIRECT_URL where there is one."""
    return not environment.EVENTS_WAKEUP_URL.startswith((*REDIS_SCHEMES, WAKEUPS_OFF))


def _is_pooled() -> bool:
    """Whether a pooler stands before the database: it makes up process ids of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return bool(pid != connection.connection.info.backend_pid)


def _of(url: str) -> dict[str, Any]:
    return {"connect_timeout": 5, **conninfo_to_dict(url)}


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in ("cursor_factory", "context")}


def _forgets(parameters: dict[str, Any]) -> bool:
    """Whether a pooler gives our connection to others between two queries of ours."""
    with ExitStack() as stack:
        ours = stack.enter_context(psycopg.connect(**parameters, autocommit=True))
        before = _backend(ours)
        if before == ours.info.backend_pid:
            return False
        for _ in range(HOLDERS):
            # Transactions that stay open take connections from the pool, ours among them when it is not ours alone.
            other = stack.enter_context(psycopg.connect(**parameters))
            _backend(other)
            if _backend(ours) != before:
                return True
    return False


def _backend(asked: psycopg.Connection[Any]) -> int:
    row = asked.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0
