"""Statements that are planned once per connection, and what becomes of a connection that broke."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from curaway import prepared
from tests.people import People

ASKED = "SELECT %s::int + 1, 'asked by a test'"


@pytest.fixture(autouse=True)
def _database(people: People) -> None:
    connection.ensure_connection()


def kept() -> list[str]:
    """The texts of the statements that this connection keeps plans of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall()]


def backend() -> int:
    return int(prepared.rows("SELECT pg_backend_pid()", [])[0][0])


def end(pid: int) -> None:
    """End the connection as a restart of the database would."""
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port")}


def test_a_statement_is_planned_once_whatever_its_values() -> None:
    assert [prepared.rows(ASKED, [number])[0][0] for number in (1, 2, 3)] == [2, 3, 4]
    assert sum("asked by a test" in text for text in kept()) == 1


def test_what_the_orm_asks_is_not_kept() -> None:
    from patients.models import Tenant

    assert list(Tenant.objects.filter(id="nobody")) == []
    assert not any("patients_tenant" in text and "nobody" in text for text in kept())


def test_behind_a_pooler_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pooler makes up the process id of the connection it hands out."""
    with psycopg.connect(**_parameters(), autocommit=True) as made:
        made.prepare_threshold = None
        pooled = _Pooled(made)
        prepared.prepare_unless_pooled(pooled)  # type: ignore[arg-type]
        assert made.prepare_threshold is None
        prepared.prepare_unless_pooled(_Direct(made))  # type: ignore[arg-type]
        assert made.prepare_threshold == 0


class _Direct:
    """What Django's signal of a new connection carries."""

    def __init__(self, made: psycopg.Connection[Any]) -> None:
        self.connection: Any = made


class _Pooled(_Direct):
    def __init__(self, made: psycopg.Connection[Any]) -> None:
        self.connection = self
        self.execute = made.execute
        self.info = type("Info", (), {"backend_pid": -1})


def test_a_connection_that_broke_since_its_last_use_is_replaced_by_the_first_statement() -> None:
    before = backend()
    end(before)
    # As at the end of a request: whether it still works is to be found out.
    connection.health_check_done = False
    assert prepared.rows(ASKED, [1]) == [(2, "asked by a test")]
    assert backend() != before


def test_one_that_breaks_later_fails_the_request() -> None:
    end(backend())
    with pytest.raises(OperationalError):
        prepared.rows(ASKED, [1])
    connection.close()


def test_one_that_breaks_inside_a_transaction_is_not_replaced_behind_its_back() -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        end(backend())
        connection.health_check_done = False
        prepared.rows(ASKED, [1])
    connection.close()


def test_what_is_prepared_survives_a_column_that_a_migration_adds() -> None:
    from patients.arriving import NOTHING, arrival_sql

    asked = arrival_sql(NOTHING)
    values = {"tenant": "nobody", "subject": "", "patient": ""}
    assert prepared.rows(asked, values) == []
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("ALTER TABLE patients_tenant ADD COLUMN added_by_a_test int")
        try:
            assert prepared.rows(asked, values) == []
        finally:
            other.execute("ALTER TABLE patients_tenant DROP COLUMN added_by_a_test")
    assert prepared.rows(asked, values) == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", []),
        ("text", ["pat_1", "", "NULL", "{x,y}", " a b ", "ä\u2028", "a\n\tb"]),
        ("text", ['a"b', "c\\d", '\\"', "'"]),
        ("bigint", [1, -2, 2**62]),
        ("float8", [0.5, 1.0]),
        ("uuid", [UUID(int=7)]),
    ],
)
def test_a_list_arrives_as_it_is(kind: str, values: list[object]) -> None:
    asked = f"SELECT value FROM unnest(%s::{kind}[]) WITH ORDINALITY AS sent(value, number) ORDER BY number"  # noqa: S608
    assert [value for (value,) in prepared.rows(asked, [values])] == values
