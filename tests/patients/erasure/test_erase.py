"""Erasing a patient: nothing of them is left, and the log is whole."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import log, wakeup
from events.errors import EventNotRecorded
from events.log import Cursor, StreamKey
from events.models import Event, Job, JobStatus, PatientKey
from events.registry import PatientErased
from events.sealing.seal import ERASED
from events.testing import assert_emitted, assert_not_emitted
from patients.documents import upload_url
from patients.documents.storage import local_storage
from patients.erasure import erase, files
from patients.erasure.certificate import as_text, certificate
from patients.erasure.models import ErasedFile, Erasure
from patients.errors import PatientUnknown
from patients.models import Consent, Document, FhirResource, IdempotencyKey, Match, Notification, Patient
from tests.events.sealing.tampering import tampering
from tests.facts import record
from tests.patients.erasure.somebody import REASON, WORD, erased, known, tables_with
from tests.people import SHARED, People
from tests.servers import ROOT

OF_THE_LOG = ("events", "events_job", "events_streamhead")
"""Hold ids, and what is sealed."""

READ = ("", "/summary", "/documents", "/messages", "/matches", "/fhir", "/events", "/events/stream", "/consent")


@pytest.fixture
def patient(people: People) -> Patient:
    return known(people)


def test_no_table_and_no_file_has_anything_of_them_left(people: People) -> None:
    word = f"Xanthippe{secrets.token_hex(4)}"
    patient = known(people, word)
    keys = list(Document.objects.filter(patient=patient).values_list("pk", flat=True))
    paths = [local_storage().path(f"{SHARED}/{patient.id}/{key}") for key in keys]
    assert all(path.is_file() for path in paths)
    assert {"patients_patient", "patients_document", "patients_consent"} <= set(tables_with(word))
    assert "events" not in tables_with(word)
    erasure = erased(patient)
    for _ in files.delete_files(erasure):
        pass
    assert tables_with(word) == []
    assert not any(path.exists() for path in paths)
    for model in (Document, FhirResource, Match, Notification):
        assert not model.objects.filter(patient_id=patient.pk).exists()
    assert not IdempotencyKey.objects.filter(key=f"of-{patient.id}").exists()
    assert not IdempotencyKey.objects.filter(subject=patient.subject).exists()


def test_every_table_it_changes_is_rewritten_by_the_runbooks_vacuum(patient: Patient) -> None:
    runbook = (ROOT / "docs/runbook/backup-and-restore.md").read_text()
    vacuum = re.search(r"VACUUM \(FULL\) ([^;`]+);", runbook)
    assert vacuum is not None
    with CaptureQueriesContext(connection) as asked:
        erased(patient)
    written = re.compile(r'^\s*(?:UPDATE|DELETE FROM|INSERT INTO) "?(\w+)', re.IGNORECASE)
    changed = {found[1] for query in asked if (found := written.match(query["sql"] or ""))}
    held_nothing = {"patients_erasure", "patients_erasedfile", "patients_writecount"}
    assert changed - held_nothing - set(OF_THE_LOG) == set(vacuum[1].replace(",", " ").split())


def test_of_their_row_the_id_the_tenant_and_the_moment_are_left(patient: Patient) -> None:
    erasure = erased(patient)
    row = Patient.everyone.get(pk=patient.pk)
    assert (row.tenant_id, row.erased_at) == (SHARED, erasure.erased_at)
    assert (row.subject, row.first_name, row.last_name, row.email, row.preferences) == (None, "", "", "", {})
    assert not Patient.objects.filter(pk=patient.pk).exists()


def test_what_they_allowed_is_kept_without_where_it_was_said(patient: Patient) -> None:
    decided = list(Consent.objects.filter(patient_id=patient.pk).values_list("purpose", "granted"))
    erased(patient)
    kept = Consent.objects.filter(patient_id=patient.pk)
    assert list(kept.values_list("purpose", "granted")) == decided
    assert set(kept.values_list("ip_address", "user_agent")) == {(None, "")}


def test_the_log_is_complete_verifiable_and_says_nothing_of_them(patient: Patient) -> None:
    before = list(Event.objects.filter(patient_id=patient.pk).order_by("link").values_list("pk", "hash"))
    erased(patient)
    after = list(Event.objects.filter(patient_id=patient.pk).order_by("link").values_list("pk", "hash"))
    assert after[:-1] == before
    with tampering(patient) as hands:
        assert hands.found() == []
    said = Event.objects.get(patient_id=patient.pk, event_type="chat_message_sent")
    assert said.payload == {**said.payload, "content": ERASED, "role": "patient"}
    cursor = Cursor(StreamKey(SHARED, patient.pk), 0)
    assert WORD not in "".join(row.payload for row in log.read([cursor])[cursor].rows)
    key = PatientKey.objects.get(patient_id=patient.pk)
    assert key.wrapped is None
    assert key.destroyed_at is not None


def test_a_key_that_comes_back_after_the_erasure_is_found(patient: Patient) -> None:
    wrapped = bytes(PatientKey.objects.get(patient_id=patient.pk).wrapped)
    erased(patient)
    with tampering(patient) as hands:
        hands.run("UPDATE events_patientkey SET wrapped = %(it)s WHERE patient_id = %(patient)s", it=wrapped)
        (found,) = hands.found()
    assert (str(found.kind), found.says) == ("key", "the person was erased, and their key is there")


def test_the_fact_is_recorded_with_counts_and_the_certificate_says_the_same(patient: Patient) -> None:
    with assert_emitted(PatientErased, patient_id=patient.pk, actor_id="operator-1", position=None) as emitted:
        erasure = erased(patient)
    fact = emitted.event
    counts = {
        "events": fact.link - 1,
        "sealed": fact.payload["sealed"],
        "documents": 2,
        "resources": 2,
        "matches": 1,
        "notifications": 1,
        "answers": 2,
        "cancelled_jobs": Job.objects.filter(patient_id=patient.pk, last_error="the patient was erased").count(),
        "consents": 3,
    }
    assert fact.payload == {"erasure_id": erasure.pk, **counts}
    assert counts["sealed"] >= 5
    said = certificate(erasure)
    assert said["counts"] == counts
    assert (said["operator"], said["reason"], said["patient_id"]) == ("operator-1", REASON, patient.pk)
    assert said["chain"]["after"] == {"link": fact.link, "hash": bytes(fact.hash).hex()}
    before = Event.objects.get(patient_id=patient.pk, link=fact.link - 1)
    assert said["chain"]["before"] == {"link": before.link, "hash": bytes(before.hash).hex()}
    assert f"{fact.link}  {bytes(fact.hash).hex()}" in as_text(erasure)


def test_erasing_twice_changes_nothing_and_gives_the_same_certificate(patient: Patient) -> None:
    with assert_emitted(PatientErased, patient_id=patient.pk):
        first = certificate(erased(patient))
        again = certificate(erased(patient))
    assert again == first


def test_their_jobs_are_cancelled(patient: Patient) -> None:
    record(patient)
    assert Job.objects.filter(patient_id=patient.pk, status=JobStatus.WAITING).exists()
    erased(patient)
    left = Job.objects.filter(patient_id=patient.pk)
    assert set(left.values_list("status", flat=True)) <= {"done", "failed"}


def test_nobody_finds_them_any_more(http: httpx.Client, people: People, patient: Patient) -> None:
    own, coordinator = people.patient_headers(patient), people.coordinator_headers(SHARED)
    path = f"/api/v1/patients/{patient.pk}"
    assert http.get(path, headers=own).status_code == 200
    erased(patient)
    for headers in (own, coordinator):
        for tail in (
            "",
            "/summary",
            "/documents",
            "/messages",
            "/matches",
            "/fhir",
            "/events",
            "/events/stream",
            "/consent",
        ):
            answer = http.get(path + tail, headers=headers)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "PATIENT_NOT_FOUND_001"), tail
        for tail, body in (("/chat", {"message": "hello"}), ("/match", {})):
            assert http.post(path + tail, headers=headers, json=body).status_code == 404


def test_nobody_else_is_touched(people: People, patient: Patient) -> None:
    other = known(people)
    erased(patient)
    assert Patient.objects.filter(pk=other.pk).exists()
    assert Document.objects.filter(patient=other).count() == 2
    assert FhirResource.objects.filter(patient=other).count() == 2
    assert IdempotencyKey.objects.filter(key=f"of-{other.id}").exists()
    assert WORD in Event.objects.get(patient_id=other.pk, event_type="chat_message_sent").payload["content"]


def test_who_is_not_there_can_not_be_erased(people: People) -> None:
    patient = people.patient(tenant="tenant-apollo-001")
    patient.tenant_id = SHARED
    with pytest.raises(PatientUnknown):
        erased(patient)


def test_nothing_more_is_recorded_about_an_erased_person(patient: Patient) -> None:
    erased(patient)
    with assert_not_emitted(patient_id=patient.pk), pytest.raises(EventNotRecorded):
        record(patient, "late.pdf")


def test_who_was_erased_may_come_back_as_somebody_new(people: People, patient: Patient) -> None:
    erased(patient)
    Patient.objects.create(tenant_id=SHARED, subject=patient.subject, first_name="New", last_name="Person")


def test_every_process_is_told_after_the_commit(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(wakeup, "ring", rung.append)
    erased(patient)
    assert rung == [wakeup.AccessChanged(SHARED, patient.pk)]


class Faulty:
    """A storage that is away."""

    is_remote = False

    def delete(self, key: str) -> None:
        raise OSError


def test_files_that_can_not_be_deleted_are_tried_again(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure = erased(patient)
    with monkeypatch.context() as away:
        away.setattr(files, "storage", Faulty)
        assert len(list(files.delete_files(erasure))) == 2
    assert files.remaining(erasure) == 2
    assert list(files.delete_files(erasure)) == []
    ErasedFile.objects.filter(erasure=erasure).update(due_at=erasure.erased_at)
    assert files.delete_due() >= 2
    assert files.remaining(erasure) == 0


def test_files_are_late_that_should_have_been_gone_and_not_those_deleted_once_more(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = erased(patient)
    ours = ErasedFile.objects.filter(erasure=erasure)
    while files.delete_due():
        pass  # what other tests left
    assert files.remaining(erasure) == 0
    counts = []
    for storage in (files.storage, Faulty):
        ours.update(due_at=erasure.erased_at)
        monkeypatch.setattr(files, "storage", storage)
        counts.append(files.delete_due())
    assert counts == [0, 2]


class Remote:
    """A bucket: bytes go there past this server."""

    is_remote = True


def test_in_a_bucket_an_upload_begun_in_the_last_second_of_its_address_has_an_hour_to_end(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dict(Document.objects.filter(patient=patient).values_list("pk", "created_at"))
    monkeypatch.setattr(erase, "storage", Remote)
    erasure = erased(patient)
    final = {file.pk: file.final_at - made[file.pk] for file in ErasedFile.objects.filter(erasure=erasure)}
    assert final == dict.fromkeys(made, upload_url.LIFETIME + timedelta(hours=1))


def test_where_an_address_still_takes_bytes_they_are_deleted_once_more(patient: Patient) -> None:
    erasure = erased(patient)
    file = ErasedFile.objects.filter(erasure=erasure).first()
    assert file is not None
    final = file.final_at.replace(year=2099)
    ErasedFile.objects.filter(pk=file.pk).update(final_at=final)
    for _ in files.delete_files(erasure):
        pass
    file.refresh_from_db()
    assert (file.due_at, file.deleted_at is not None) == (final, True)
    assert Erasure.objects.get(pk=erasure.pk).files.exclude(due_at=None).count() == 1
