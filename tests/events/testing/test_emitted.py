import pytest
from django.db import transaction

from events.models import Event
from events.registry import DocumentParsing, DocumentUploaded, EventType
from events.testing import assert_emitted, assert_not_emitted, captured_events
from tests.facts import record


def test_a_committed_fact_is_given_back(people):
    patient = people.patient()
    with assert_emitted(DocumentParsing, document_id="doc_test", patient_id=patient.id) as emitted:
        record(patient, filename="scan.pdf")
    assert emitted.event.position == 1
    assert emitted.payload["filename"] == "scan.pdf"


def test_a_kind_may_be_named_by_its_class_its_type_or_its_stored_name(people):
    patient = people.patient()
    for kind in (DocumentParsing, EventType.DOCUMENT_PARSING, "document_parsing"):
        with assert_emitted(kind):
            record(patient)


def test_another_value_is_said_by_the_name_of_its_field_only(people):
    patient = people.patient()
    with pytest.raises(AssertionError, match="other value of filename") as refused:  # noqa: SIM117
        with assert_emitted(DocumentParsing, filename="expected.pdf"):
            record(patient, filename="secret.pdf")
    assert "secret.pdf" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (DocumentUploaded, {}, "0 facts instead of one: document_uploaded. Committed were: document_parsing"),
        (DocumentParsing, {"colour": "red"}, "no field colour"),
    ],
)
def test_what_was_emitted_instead_is_said(people, kind, fields, said):
    patient = people.patient()
    with pytest.raises(AssertionError, match=said):  # noqa: SIM117
        with assert_emitted(kind, **fields):
            record(patient)


def test_a_fact_twice_is_not_the_fact_once(people):
    patient = people.patient()
    with pytest.raises(AssertionError, match="2 facts instead of one"):  # noqa: SIM117
        with assert_emitted(DocumentParsing):
            record(patient)
            record(patient)


def test_what_is_rolled_back_was_recorded_and_never_emitted(people):
    patient = people.patient()
    with pytest.raises(AssertionError, match="recorded 1 times, and its transaction was rolled back"):  # noqa: SIM117
        with assert_emitted(DocumentParsing):
            _rolled_back(patient)
    with assert_not_emitted(DocumentParsing), captured_events() as captured:
        _rolled_back(patient)
    assert (len(captured.recorded), captured.committed) == (1, [])


def test_an_unwanted_fact_is_refused(people):
    patient = people.patient()
    with pytest.raises(AssertionError, match="1 facts that should not be"), assert_not_emitted(DocumentParsing):
        record(patient)


def test_without_a_kind_every_fact_is_unwanted(people):
    patient, other = people.patient(), people.patient()
    with assert_not_emitted(patient_id=patient.id):
        record(other)
    with pytest.raises(AssertionError, match="1 facts that should not be: document_parsing"):  # noqa: SIM117
        with assert_not_emitted(patient_id=patient.id):
            record(patient)


def test_only_facts_of_one_patient_are_captured_where_that_is_asked(people):
    patient, other = people.patient(), people.patient()
    with captured_events(patient_id=patient.id) as captured:
        for whose in (other, patient):
            record(whose)
    assert [(event.patient_id, event.event_type) for event in captured.recorded] == [(patient.id, "document_parsing")]
    assert captured.of(DocumentParsing) == captured.committed == captured.recorded


def test_what_is_captured_is_what_the_log_holds(people):
    patient = people.patient()
    with assert_emitted(DocumentParsing, patient_id=patient.id) as emitted:
        record(patient)
    held = Event.objects.get(patient_id=patient.id)
    columns = ("pk", "payload", "position", "actor_id", "correlation_id", "created_at", "link", "hash")
    for column in columns:
        assert getattr(emitted.event, column) == getattr(held, column), column


def test_facts_are_captured_in_the_order_of_their_commits_from_the_server_as_well(people, http):
    patient = people.patient(consented=False)
    body = {"patient_id": patient.id, "purpose": "analytics", "granted": True, "policy_version": "1"}
    with captured_events() as captured:
        answer = http.post("/api/v1/consent", headers=people.patient_headers(patient), json=body)
        record(patient)
    assert answer.status_code == 201
    assert captured.types() == ["consent_granted", "intake_progress_updated", "document_parsing"]


def test_inside_a_test_of_one_transaction_the_commit_is_where_the_block_ends(people):
    patient = people.patient()
    with transaction.atomic():
        with captured_events() as captured:
            record(patient)
            assert captured.committed == []
        assert captured.types() == ["document_parsing"]
        transaction.set_rollback(True)


def _rolled_back(patient):
    with transaction.atomic():
        record(patient)
        transaction.set_rollback(True)
