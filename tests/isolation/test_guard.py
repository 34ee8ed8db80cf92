"""The guard stops a statement that forgets its tenant, wherever it is executed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection

from curaway import prepared
from events import log
from events.log import Cursor, StreamKey
from patients import queries
from tests.facts import record
from tests.isolation.guard import TenantForgotten, guard
from tests.people import SHARED, People

pytestmark = pytest.mark.usefixtures("database")


def forgetful(function: Callable[..., Any], before: str, after: str) -> Callable[..., Any]:
    """The function of ours with a filter forgotten: its text changed, and compiled as if it stood in its file."""
    module = import_module(function.__module__)
    path = Path(str(module.__file__))
    source = path.read_text()
    assert before in source
    names = dict(vars(module))
    exec(compile(ast.parse(source.replace(before, after)), str(path), "exec"), names)  # noqa: S102
    changed: Callable[..., Any] = names[function.__name__]
    return changed


def test_a_query_of_ours_that_forgets_its_tenant_does_not_run(people: People) -> None:
    patient = people.patient()
    assert queries.patient(SHARED, patient.id) == patient
    forgets = forgetful(
        queries.patient, "filter(tenant_id=tenant_id, id=patient_id).first()", "filter(id=patient_id).first()"
    )
    with guard.expecting() as found, pytest.raises(TenantForgotten, match="patients_patient"):
        forgets("tenant-apollo-001", patient.id)
    assert [one.place for one in found] == ["patients.queries:patient"]


def test_a_prepared_statement_that_forgets_does_not_run(people: People) -> None:
    key = StreamKey(SHARED, people.patient().id)
    forgets = forgetful(log.read, "WHERE tenant_id = wanted.tenant_id AND patient_id", "WHERE patient_id")
    with guard.expecting() as found, pytest.raises(TenantForgotten):
        forgets([Cursor(key, 0)])
    assert [(one.place, set(one.tables)) for one in found] == [("events.log:read", {"events"})]


def test_what_a_view_forgets_is_noticed_though_a_client_hears_only_of_a_fault(
    http: httpx.Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = people.patient()
    record(patient)
    forgets = forgetful(
        queries.decisions,
        "filter(tenant_id=of.tenant_id, patient_id=of.id).order_by",
        "filter(patient_id=of.id).order_by",
    )
    monkeypatch.setattr(queries, "decisions", forgets)
    with guard.expecting() as found:
        answer = http.get(f"/api/v1/patients/{patient.id}/consent", headers=people.patient_headers(patient))
    assert answer.status_code == 500
    assert [one.tables for one in found] == [frozenset({"patients_consent"})]


def test_the_tests_themselves_may_look_at_everything() -> None:
    with connection.cursor() as sql:
        sql.execute("SELECT count(*) FROM events")
        assert sql.fetchone()[0] >= 0
    assert prepared.rows("SELECT 1 FROM events_streamhead LIMIT 0", ()) == []
