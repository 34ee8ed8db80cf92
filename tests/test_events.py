"""What whoever records a fact may rely on."""

from __future__ import annotations

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curaway import context
from events import aemit_event, emit_event
from events import log as event_log
from events.errors import EventNotRecorded
from events.grammar import REGISTRY
from events.log import Cursor, StreamKey
from events.models import Event, Job, StreamHead
from events.registry import DocumentParsing, EventType
from events.samples import sample
from tests.facts import positions, record, record_many


def key(patient):
    return StreamKey(patient.tenant_id, patient.id)


class TestRecording:
    def test_an_event_carries_what_it_was_told(self, people):
        patient = people.patient()
        event = record(patient, "knee.pdf", correlation_id="corr-42")
        stored = Event.objects.get(id=event.id)
        assert (stored.event_type, stored.tenant_id, stored.patient_id) == (
            "document_parsing",
            "tenant-curaway-patients",
            patient.id,
        )
        assert stored.payload == {"document_id": "doc_test", "filename": "knee.pdf", "status": "parsing"}
        assert (stored.actor_id, stored.correlation_id, stored.api_version) == ("user_test", "corr-42", "v1")
        assert stored.position == event.position == 1

    def test_ambient_facts_come_from_the_request(self, people):
        patient = people.patient()
        asked = context.RequestContext(
            correlation_id="corr-7", actor_id="user_7", locale="ar", client_type="ios", source_service="intake"
        )
        with context.serving(asked):
            event = emit_event("patient_registered", patient.tenant_id, patient.id, {})
        stored = Event.objects.get(id=event.id)
        assert (stored.actor_id, stored.correlation_id, stored.locale, stored.client_type, stored.source_service) == (
            "user_7",
            "corr-7",
            "ar",
            "ios",
            "intake",
        )

    @pytest.mark.parametrize("name", list(EventType))
    def test_every_type_of_the_registry_can_be_recorded(self, people, name):
        patient = people.patient()
        kind = REGISTRY[name]
        event = emit_event(name, patient.tenant_id, patient.id, sample(kind), "user_test", "corr-test")
        assert (event.position is not None) == (kind.streams_as is not None)

    def test_the_payload_may_be_the_class_or_a_mapping(self, people):
        patient = people.patient()
        as_class = emit_event(
            "document_parsing",
            patient.tenant_id,
            patient.id,
            DocumentParsing(document_id="d", filename="f"),
            "user_test",
            "corr-test",
        )
        as_mapping = emit_event(
            "document_parsing",
            patient.tenant_id,
            patient.id,
            {"document_id": "d", "filename": "f"},
            "user_test",
            "corr-test",
        )
        assert as_class.payload == as_mapping.payload

    async def test_the_async_twin_records_the_same(self, people):
        from asgiref.sync import sync_to_async

        patient = await sync_to_async(people.patient)()
        payload = {"document_id": "d", "filename": "f"}
        event = await aemit_event(
            "document_parsing", patient.tenant_id, patient.id, payload, actor_id="user_test", correlation_id="c"
        )
        assert event.position == 1

    def test_it_is_importable_from_the_package_and_from_the_registry(self):
        import events
        import events.registry

        assert events.emit_event is events.registry.emit_event is emit_event

    def test_what_jsonb_cannot_hold_is_replaced_and_nothing_else_is_lost(self, people):
        event = record(people.patient(), "a\x00b\ud800c\u2028\u0085\r\n\U0001f9b4.pdf")
        stored = Event.objects.get(id=event.id)
        assert stored.payload["filename"] == "a\ufffdb?c\u2028\u0085\r\n\U0001f9b4.pdf"


class TestRefusing:
    @pytest.mark.parametrize(
        ("event_type", "payload"),
        [
            ("no_such_event", {}),
            ("document_parsing", {"document_id": "d"}),
            ("document_parsing", {"document_id": "d", "filename": "f", "unknown": 1}),
            ("document_parsing", {"document_id": "d", "filename": 7}),
            ("document_parsing", {"document_id": "d", "filename": "f", "status": "parsed"}),
            ("document_uploaded", {"document_id": "d", "filename": "f", "content_type": "t", "size": -1}),
            ("document_uploaded", DocumentParsing(document_id="d", filename="f")),
            ("document_parsing", DocumentParsing.model_construct(document_id=None, filename="f")),
        ],
    )
    def test_a_payload_that_is_not_the_types_is_refused(self, people, event_type, payload):
        patient = people.patient()
        with pytest.raises(EventNotRecorded) as refused:
            emit_event(event_type, patient.tenant_id, patient.id, payload, "user_test", "corr-test")
        assert refused.value.code == "EVENT_EMIT_001"
        assert not Event.objects.filter(patient_id=patient.id).exists()

    def test_a_refusal_rolls_the_transaction_back_even_when_it_is_caught(self, people):
        patient = people.patient()
        with transaction.atomic():
            record(patient)
            with pytest.raises(EventNotRecorded):
                emit_event("document_parsing", patient.tenant_id, patient.id, {}, "user_test", "corr-test")
        assert positions(patient) == []

    def test_a_refusal_never_quotes_the_payload(self, people, capsys):
        patient = people.patient()
        with pytest.raises(EventNotRecorded) as refused:
            emit_event("document_parsing", patient.tenant_id, patient.id, {"filename": 7, "secret": "M17.11"}, "u", "c")
        said = str(refused.value) + str(refused.value.entries()) + capsys.readouterr().err
        assert "M17.11" not in said
        assert refused.value.__cause__ is None

    def test_a_streamed_event_needs_a_patient(self):
        with pytest.raises(EventNotRecorded):
            emit_event(
                "document_parsing", "tenant-curaway-patients", None, {"document_id": "d", "filename": "f"}, "u", "c"
            )

    def test_an_identifier_that_does_not_fit_its_column_is_refused(self, people):
        patient = people.patient()
        with pytest.raises(EventNotRecorded):
            emit_event("patient_registered", patient.tenant_id, patient.id, {}, "user_test", "c" * 101)


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE events SET payload = '{}' WHERE patient_id = %s",
            "DELETE FROM events WHERE patient_id = %s",
            "UPDATE events SET position = position + 1 WHERE patient_id = %s",
        ],
    )
    def test_the_database_refuses_to_change_a_fact(self, people, statement):
        patient = people.patient()
        record(patient)
        with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement, [patient.id])
        assert positions(patient) == [1]

    def test_the_database_refuses_to_empty_the_table(self, people):
        with pytest.raises(DatabaseError, match=r"append-only|foreign key"), connection.cursor() as cursor:
            cursor.execute("TRUNCATE events")
        with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
            cursor.execute("TRUNCATE events CASCADE")

    def test_the_models_refuse_as_well(self, people):
        event = record(people.patient())
        event.payload = {}
        with pytest.raises(IntegrityError):
            event.save()
        with pytest.raises(IntegrityError):
            Event.objects.filter(id=event.id).delete()


class TestPositions:
    def test_streamed_events_are_numbered_from_one_and_others_not(self, people):
        patient = people.patient()
        record(patient)
        emit_event("patient_updated", patient.tenant_id, patient.id, {"changed": ["email"]}, "u", "c")
        record(patient)
        rows = Event.objects.filter(patient_id=patient.id).order_by("created_at")
        assert [row.position for row in rows] == [1, None, 2]

    def test_patients_and_tenants_count_for_themselves(self, people):
        one, other = people.patient(), people.patient(tenant="tenant-apollo-001")
        assert [record(one).position, record(other).position, record(one).position] == [1, 1, 2]

    def test_a_rollback_leaves_no_hole(self, people):
        patient = people.patient()
        record(patient)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(patient)
            raise ZeroDivisionError
        record(patient)
        assert positions(patient) == [1, 2]

    def test_a_savepoint_that_is_rolled_back_leaves_no_hole(self, people):
        patient = people.patient()
        with transaction.atomic():
            record(patient)
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                record(patient)
                raise ZeroDivisionError
            record(patient)
        assert positions(patient) == [1, 2]

    def test_a_row_written_with_plain_sql_is_numbered_too(self, people):
        patient = people.patient()
        record(patient)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id, position) "
                "VALUES ('document_parsing', %s, %s, '{}', 'c', 77), ('patient_updated', %s, %s, '{}', 'c', 78)",
                [patient.tenant_id, patient.id] * 2,
            )
        assert positions(patient) == [1, 2]

    def test_time_never_runs_against_position(self, people):
        patient = people.patient()
        _write_at_once(patient, writers=4, each=10)
        rows = Event.objects.filter(patient_id=patient.id).order_by("position")
        times = [row.created_at for row in rows]
        assert times == sorted(times)

    def test_eight_writers_with_rollbacks_leave_one_to_n_in_commit_order(self, people):
        patient = people.patient()
        committed = _write_at_once(patient, writers=8, each=25)
        assert positions(patient) == list(range(1, len(committed) + 1))
        assert {row.id for row in Event.objects.filter(patient_id=patient.id)} == committed
        assert StreamHead.objects.get(patient_id=patient.id).position == len(committed)


class TestOutbox:
    def test_the_job_is_written_with_its_fact(self, people):
        patient = people.patient()
        event = _uploaded(patient)
        job = Job.objects.get(event=event)
        assert (job.kind, job.status, job.body) == ("document-parse", "waiting", {"document_id": "doc_1"})
        assert job.message() == {
            "job_id": str(job.id),
            "tenant_id": patient.tenant_id,
            "patient_id": patient.id,
            "correlation_id": "corr-test",
            "document_id": "doc_1",
        }

    def test_the_job_is_rolled_back_with_its_fact(self, people):
        patient = people.patient()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _uploaded(patient)
            raise ZeroDivisionError
        assert not Job.objects.filter(patient_id=patient.id).exists()

    def test_no_job_carries_protected_information(self):
        for kind in REGISTRY.values():
            body = [field for job in kind.causes for field in sample(kind).job_body(job, uuid.uuid4())]
            assert not kind.phi_fields() & set(body)


class TestReading:
    def test_pages_follow_each_other_without_loss(self, people):
        patient = people.patient()
        record_many(patient, 23)
        read, cursor = [], Cursor(key(patient), 0)
        while True:
            page = event_log.read([cursor], rows=10)[cursor]
            read += [row.position for row in page.rows]
            if not page.has_more:
                break
            cursor = Cursor(key(patient), read[-1])
        assert read == list(range(1, 24))

    def test_a_page_is_bounded_by_bytes_but_never_empty(self, people):
        patient = people.patient()
        for _ in range(3):
            record(patient, "x" * 200_000)
        cursor = Cursor(key(patient), 0)
        page = event_log.read([cursor])[cursor]
        assert ([row.position for row in page.rows], page.has_more) == ([1, 2], True)

    def test_one_query_reads_for_many_cursors(self, people, django_assert_num_queries):
        patients = [people.patient() for _ in range(5)]
        for number, patient in enumerate(patients):
            record_many(patient, number)
        cursors = [Cursor(key(patient), 0) for patient in patients]
        with django_assert_num_queries(1):
            pages = event_log.read(cursors)
        assert [len(pages[cursor].rows) for cursor in cursors] == [0, 1, 2, 3, 4]

    def test_nobody_else_is_read(self, people):
        one, other = people.patient(), people.patient()
        record(one)
        cursor = Cursor(StreamKey("tenant-apollo-001", one.id), 0)
        of_other = Cursor(key(other), 0)
        pages = event_log.read([cursor, of_other])
        assert (pages[cursor].rows, pages[of_other].rows) == ([], [])

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.booleans(), st.integers(1, 4)), min_size=1, max_size=12), st.integers(1, 5))
    def test_any_mix_of_commits_and_rollbacks_reads_as_one_to_n(self, people, transactions, page_size):
        patient = people.patient(consented=False)
        for commits, size in transactions:
            try:
                with transaction.atomic():
                    record_many(patient, size)
                    if not commits:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
        expected = list(range(1, sum(size for commits, size in transactions if commits) + 1))
        read: list[int] = []
        while True:
            cursor = Cursor(key(patient), read[-1] if read else 0)
            page = event_log.read([cursor], rows=page_size)[cursor]
            read += [row.position for row in page.rows]
            if not page.has_more:
                break
        assert read == expected


def _uploaded(patient):
    payload = {"document_id": "doc_1", "filename": "f", "content_type": "application/pdf", "size": 2000}
    return emit_event("document_uploaded", patient.tenant_id, patient.id, payload, "user_test", "corr-test")


def _write_at_once(patient, *, writers: int, each: int) -> set[uuid.UUID]:
    """Concurrent transactions of random length, a quarter of them rolled back; the ids that were committed."""
    committed: set[uuid.UUID] = set()
    with ThreadPoolExecutor(writers) as pool:
        for wrote in pool.map(lambda seed: _write(patient, random.Random(seed), each), range(writers)):
            committed |= wrote
    return committed


def _write(patient, draw: random.Random, times: int) -> set[uuid.UUID]:
    committed: set[uuid.UUID] = set()
    try:
        for _ in range(times):
            with suppress(ZeroDivisionError), transaction.atomic():
                mine = [record(patient).id for _ in range(draw.randint(1, 3))]
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(%s)", [draw.random() / 200])
                if draw.random() < 0.25:
                    raise ZeroDivisionError
                transaction.on_commit(lambda ids=mine: committed.update(ids))
    finally:
        connection.close()
    return committed
