"""How many statements it takes to record a fact, and to be let in."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events import emit_event, wakeup
from events.sealing import keys
from tests.people import SHARED, People


def statements(asked: CaptureQueriesContext) -> list[str]:
    """How each begins; Django is not told the text of a prepared one."""
    return [(query["sql"] or "prepared")[:12] for query in asked]


def test_a_fact_without_a_job_is_one_statement_and_its_ring_another(people: People) -> None:
    patient = people.patient()
    fact = {"document_id": "d", "filename": "a.pdf"}
    emit_event("document_parsing", SHARED, patient.id, fact)
    with CaptureQueriesContext(connection) as asked:
        event = emit_event("document_parsing", SHARED, patient.id, fact)
    assert statements(asked) == ["prepared", "prepared"]
    assert event.position == 2


def test_the_first_protected_fact_about_somebody_makes_their_key(people: People) -> None:
    patient = people.patient()
    with CaptureQueriesContext(connection) as asked:
        emit_event("document_parsing", SHARED, patient.id, {"document_id": "d", "filename": "a.pdf"})
    looked, made, fact = ["prepared"], ["BEGIN", *["prepared"] * 3, "COMMIT"], ["prepared", "prepared"]
    assert statements(asked) == [*looked, *made, *fact]


def test_a_process_that_does_not_know_the_key_looks_for_it_once(people: People) -> None:
    patient = people.patient()
    fact = {"document_id": "d", "filename": "a.pdf"}
    emit_event("document_parsing", SHARED, patient.id, fact)
    keys.forget(SHARED, patient.id)
    with CaptureQueriesContext(connection) as asked:
        emit_event("document_parsing", SHARED, patient.id, fact)
        emit_event("document_parsing", SHARED, patient.id, fact)
    assert statements(asked) == ["prepared"] * 5


def test_a_fact_with_a_job_is_a_transaction_of_both(people: People) -> None:
    patient = people.patient()
    fact = {"document_id": "d", "filename": "a.pdf", "content_type": "application/pdf", "size": 1}
    emit_event("document_uploaded", SHARED, patient.id, fact)
    with CaptureQueriesContext(connection) as asked:
        emit_event("document_uploaded", SHARED, patient.id, fact)
    assert statements(asked) == ["BEGIN", "prepared", "INSERT INTO ", "COMMIT", "prepared"]


def test_what_was_recorded_is_what_the_database_holds(people: People) -> None:
    patient = people.patient()
    fact = {"document_id": "d", "filename": "\u2028é"}
    event = emit_event("document_parsing", SHARED, patient.id, fact, "user_x", "c")
    columns = [field.attname for field in event._meta.concrete_fields]
    told = {name: getattr(event, name) for name in columns}
    event.refresh_from_db()
    assert {name: getattr(event, name) for name in columns} == told


def test_only_the_ring_does_not_wait_for_the_disk(people: People) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        before = cursor.fetchone()
        wakeup.ring(wakeup.Grown(SHARED, "nobody", 1))
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == before == ("on",)


def test_whoever_asks_for_a_record_is_let_in_and_answered_by_one_statement(people: People) -> None:
    patient = people.patient()
    path, headers = f"/api/v1/patients/{patient.id}/summary", people.patient_headers(patient)
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(path, headers=headers)
    assert (answer.status_code, len(asked)) == (200, 1)
