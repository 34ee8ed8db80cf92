"""Liveness and readiness, for proxies and orchestrators."""

from __future__ import annotations

from functools import cache

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from events import hub, wakeup
from events.errors import StreamUnavailable


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while the process can answer; asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when this process should be given traffic, else 503; `checks` says which condition does not hold.

    A bell that the process can do without is told of and tolerated: without it events are heard later, not wrongly,
    and refusing traffic for it would take every process away at once.
    """
    checks = {**_database(), **_hearing()}
    good = all(state == "ok" or (name == "wakeups" and _tolerated(state)) for name, state in checks.items())
    return JsonResponse({"status": "ready" if good else "not ready", "checks": checks}, status=200 if good else 503)


def _database() -> dict[str, str]:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"database": "ok", "migrations": "ok" if _migrated() else "run manage.py migrate"}
    except Error:
        return {"database": "unreachable"}


def _migrated() -> bool:
    return _all_applied() or _look_again()


@cache
def _all_applied() -> bool:
    # Reading the migrations from disk at every probe would cost more than serving it: a yes is remembered.
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _look_again() -> bool:
    _all_applied.cache_clear()
    return _all_applied()


def _hearing() -> dict[str, str]:
    try:
        process = hub.current()
    except StreamUnavailable:
        return {"wakeups": "no hub runs in this process"}
    return {
        "wakeups": "ok" if process.listening else wakeup.bell().when_silent,
        "traffic": "draining" if process.draining else "ok",
    }


def _tolerated(state: str) -> bool:
    return not wakeup.bell().needed and state == wakeup.bell().when_silent
