"""A match in the database: one at a time, always ended, and nothing that is not allowed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from events.log import StreamKey
from events.registry import MatchCompleted, MatchFailed
from events.testing import assert_emitted, assert_not_emitted
from patients import live
from patients.errors import ConsentMissing, PatientQuarantined, PatientUnknown
from patients.matching import service, steps
from patients.matching.explanation import explain
from patients.matching.service import open_match
from patients.models import Consent, Match, Patient
from patients.services.access import quarantine_patient
from tests.patients.matching.records import ALL, begun, facts, run, told
from tests.people import SHARED, People


@pytest.fixture
def patient(people: People) -> Patient:
    return told(people)


def withdraw(patient: Patient, purpose: str = "cross_border_transfer") -> None:
    Consent.objects.create(patient=patient, tenant_id=SHARED, purpose=purpose, granted=False, policy_version="1")


def test_a_match_goes_through_its_stages_and_ends(patient: Patient) -> None:
    with assert_emitted(MatchCompleted, patient_id=patient.id) as ended:
        match = run(patient, requested_by="user_x")
    assert facts(patient) == ALL
    assert (match.status, match.stage, match.providers, match.requested_by) == ("completed", "completed", 10, "user_x")
    assert match.confidence == 0.475
    assert ended.payload["matches"] == [
        {"provider_id": one["provider_id"], "score": one["score"]} for one in match.results["providers"]
    ]


def test_the_same_record_makes_the_same_match(people: People) -> None:
    first, second = run(told(people)), run(told(people))
    assert first.results == second.results


def test_matching_begins_only_with_both_consents(patient: Patient) -> None:
    withdraw(patient, "clinical_data_processing")
    with assert_not_emitted(patient_id=patient.id), pytest.raises(ConsentMissing) as refused:
        run(patient)
    assert refused.value.reason == "clinical_data_processing"
    withdraw(patient)
    with assert_not_emitted(patient_id=patient.id), pytest.raises(ConsentMissing) as refused:
        run(patient)
    assert refused.value.reason == "cross_border_transfer"


def test_nobody_is_matched_who_is_quarantined_or_not_there(people: People) -> None:
    with pytest.raises(PatientQuarantined):
        run(told(people, quarantined=True))
    with pytest.raises(PatientUnknown):
        open_match(tenant_id="tenant-apollo-001", patient_id=told(people).id)


@pytest.mark.parametrize("happens", [withdraw, lambda of: quarantine_patient(tenant_id=SHARED, patient_id=of.id)])
def test_what_is_no_longer_allowed_ends_the_match(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Patient], None]
) -> None:
    def score(*given: Any) -> Any:
        happens(patient)
        return ()

    monkeypatch.setattr(service, "score", score)
    with assert_emitted(MatchFailed, patient_id=patient.id, retryable=False) as ended:
        match = run(patient)
    assert facts(patient) == ["requested", "retrieve", "filter", "failed"]
    assert (match.status, match.results.get("providers")) == ("failed", None)
    assert "no longer allowed" in ended.payload["reason"]


def test_a_fault_ends_the_match_to_be_asked_for_again(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(service, "score", lambda *_: 1 / 0)
        with assert_emitted(MatchFailed, patient_id=patient.id, retryable=True), pytest.raises(ZeroDivisionError):
            run(patient)
    assert run(patient).status == "completed"
    assert facts(patient) == ["requested", "retrieve", "filter", "failed", *ALL]


def test_two_requests_at_once_have_one_match(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Event()

    def explained(*given: Any) -> Any:
        assert both.wait(5)
        return explain(*given)

    def second() -> str:
        threading.Timer(0.2, both.set).start()
        return ask()

    def ask() -> str:
        try:
            return run(patient).pk
        finally:
            connection.close()

    monkeypatch.setattr(service, "explain", explained)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(ask), threads.submit(second)]
        answers = {one.result(timeout=10) for one in asked}
    assert len(answers) == 1
    assert facts(patient) == ALL


def test_who_waits_too_long_is_told_that_it_is_being_made(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PATIENCE_SECONDS", 0.1)
    running = begun(patient)
    answered = run(patient)
    assert (answered.pk, answered.status) == (running.pk, "requested")
    assert facts(patient) == ["requested"]


def test_the_database_keeps_a_second_open_match_out(patient: Patient) -> None:
    begun(patient)
    with pytest.raises(IntegrityError):
        Match.objects.create(patient=patient, tenant_id=SHARED, correlation_id="c", claimed_until=timezone.now())


def test_an_open_match_is_in_the_summary_and_makes_busy(patient: Patient) -> None:
    key = StreamKey(SHARED, patient.id)
    match = begun(patient)
    steps.advance(match, "retrieve", providers=25, now=timezone.now())
    summary = live.snapshot(key).summary
    assert summary["match"].pop("created_at")
    assert summary["match"] == {"id": match.pk, "status": "requested", "stage": "retrieve", "providers": 25}
    assert summary["processing"] == [{"kind": "match", "id": match.pk, "status": "retrieve"}]
    assert live.busy([key]) == {key}
    steps.interrupt(match, now=timezone.now())
    assert live.snapshot(key).summary["match"] is None
    assert live.busy([key]) == set()
