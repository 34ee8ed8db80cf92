"""What the database holds of a payload, and what everybody who may read it is told."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from events import emit_event, log
from events.errors import EventNotRecorded
from events.log import Cursor, StreamKey
from events.models import Event, PatientKey
from events.sealing import destruction, keys
from events.sealing.seal import ERASED, UNREADABLE, is_sealed
from patients.chat import thread
from tests.events.sealing.tampering import tampering
from tests.facts import record
from tests.people import SHARED, People

SECRET = 'Maria\u2028 Gonzalez "knee" \u00e9.pdf'


def stored(event: Event) -> str:
    """The payload's text in the database."""
    with connection.cursor() as sql:
        sql.execute("SELECT payload::text FROM events WHERE id = %s", [event.pk])
        text: str = sql.fetchone()[0]
        return text


def told(patient: Any) -> list[dict[str, Any]]:
    """The payloads that a stream would tell."""
    cursor = Cursor(StreamKey(SHARED, patient.id), 0)
    return [json.loads(row.payload) for row in log.read([cursor])[cursor].rows]


def test_the_column_holds_no_protected_value_and_whoever_reads_is_told_it(people: People) -> None:
    patient = people.patient()
    event = record(patient, SECRET)
    kept = json.loads(stored(event))
    assert "Gonzalez" not in stored(event)
    assert kept["document_id"] == "doc_test"
    assert is_sealed(kept["filename"])
    plain = {"document_id": "doc_test", "filename": SECRET, "status": "parsing"}
    assert event.payload == Event.objects.get(pk=event.pk).payload == plain
    assert told(patient) == [plain]


@pytest.mark.parametrize("written", ["phi:1:2026-01", "phi:1:", 'phi:1:AAAA"'])
def test_what_somebody_writes_like_a_seal_is_read_as_it_was_written(people: People, written: str) -> None:
    patient = people.patient()
    decision = {"consent_id": "1", "purpose": "analytics", "policy_version": written}
    event = emit_event("consent_granted", SHARED, patient.id, decision, "user_1", "c")
    assert is_sealed(json.loads(stored(event))["policy_version"])
    assert Event.objects.get(pk=event.pk).payload == event.payload == decision
    record(patient)
    assert Event.objects.get(pk=event.pk).payload["policy_version"] == written


def test_a_payload_without_protected_fields_needs_no_key(people: People) -> None:
    patient = people.patient()
    emit_event("patient_updated", SHARED, patient.id, {"changed": ["phone"]}, "user_1", "c")
    assert not PatientKey.objects.filter(patient_id=patient.id).exists()


def test_each_patient_has_a_key_of_their_own_in_each_tenant(people: People) -> None:
    one, other = people.patient(), people.patient()
    for somebody in (one, one, other):
        record(somebody)
    assert PatientKey.objects.filter(patient_id__in=[one.id, other.id]).count() == 2


def test_what_the_orm_writes_is_sealed_as_well(people: People) -> None:
    event = Event.objects.create(
        event_type="chat_message_sent",
        tenant_id=SHARED,
        patient_id=people.patient().id,
        correlation_id="c",
        payload={"message_id": "msg_1", "role": "patient", "content": SECRET},
    )
    assert "Gonzalez" not in stored(event)
    assert Event.objects.get(pk=event.pk).payload["content"] == SECRET


def test_the_conversation_is_read_with_one_statement(people: People, django_assert_num_queries: Any) -> None:
    patient = people.patient()
    for number in range(3):
        said = {"message_id": f"msg_{number}", "role": "patient", "content": f"{SECRET} {number}"}
        emit_event("chat_message_sent", SHARED, patient.id, said, "user_1", "c")
    with django_assert_num_queries(1):
        page = thread.read_page(StreamKey(SHARED, patient.id))
    assert [message.content for message in page.messages] == [f"{SECRET} {number}" for number in range(3)]


def test_a_key_that_was_rolled_back_is_used_by_nobody(people: People) -> None:
    patient = people.patient()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(patient)
        raise ZeroDivisionError
    record(patient, SECRET)
    assert [payload["filename"] for payload in told(patient)] == [SECRET]


def test_a_remembered_key_that_is_not_there_any_more_is_not_used(people: People) -> None:
    patient = people.patient()
    record(patient)
    with connection.cursor() as sql:
        # As after the database was put back to an earlier day.
        sql.execute("DELETE FROM events_patientkey WHERE patient_id = %s", [patient.id])
    record(patient, SECRET)
    assert told(patient)[1]["filename"] == SECRET


def test_writers_that_come_at_once_make_one_key(people: People) -> None:
    patient = people.patient()
    keys.forget(SHARED, patient.id)

    def write() -> None:
        with transaction.atomic():
            emit_event("patient_updated", SHARED, patient.id, {"changed": []}, "user_1", "c")
            record(patient, SECRET)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert [payload["filename"] for payload in told(patient)] == [SECRET] * 4
    assert PatientKey.objects.filter(patient_id=patient.id).count() == 1


def test_a_destroyed_key_opens_nothing_and_seals_nothing(people: People) -> None:
    patient = people.patient()
    event = record(patient, SECRET)
    destruction.destroy_key(SHARED, patient.id)
    assert told(patient)[0] == {"document_id": "doc_test", "filename": ERASED, "status": "parsing"}
    assert Event.objects.get(pk=event.pk).payload["filename"] == ERASED
    with pytest.raises(EventNotRecorded):
        record(patient, SECRET)
    keys.forget(SHARED, patient.id)
    with pytest.raises(EventNotRecorded):
        record(patient, SECRET)
    emit_event("patient_updated", SHARED, patient.id, {"changed": []}, "user_1", "c")
    assert Event.objects.filter(patient_id=patient.id).count() == 2


def test_nobody_who_was_erased_before_they_had_a_key_is_given_one(people: People) -> None:
    patient = people.patient()
    destruction.destroy_key(SHARED, patient.id)
    with pytest.raises(EventNotRecorded):
        record(patient)


def test_a_value_that_was_moved_reads_unreadable_and_stops_nobody(people: People) -> None:
    patient = people.patient()
    record(patient, "first.pdf")
    record(patient, "second.pdf")
    with tampering(patient) as hands:
        hands.run(
            "UPDATE events SET payload = (SELECT payload FROM events WHERE patient_id = %(patient)s AND link = 1) "
            "WHERE patient_id = %(patient)s AND link = 2"
        )
        assert [payload["filename"] for payload in told(patient)] == ["first.pdf", UNREADABLE]
        assert hands.says() == [("changed", 2, 2)]
