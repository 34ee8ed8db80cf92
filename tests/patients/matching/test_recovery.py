"""Matches whose maker is gone: ended by whoever comes by, and never made twice."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from curaway.threads import in_worker
from events.errors import EventNotRecorded
from events.log import StreamKey
from events.registry import MatchFailed
from events.testing import assert_emitted, assert_not_emitted
from patients import live
from patients.matching import service, steps
from patients.matching.explanation import explain
from patients.matching.service import end_dead_matches
from patients.matching.sweep import sweep_matches
from patients.models import Match, Patient
from tests.patients.matching.records import ALL, begun, facts, run, told
from tests.people import SHARED, People


@pytest.fixture
def patient(people: People) -> Patient:
    return told(people)


def test_a_dead_match_is_ended_by_the_sweep_once(patient: Patient) -> None:
    dead = begun(patient, ago=60)
    with assert_emitted(MatchFailed, patient_id=patient.id):
        end_dead_matches(now=timezone.now())
        end_dead_matches(now=timezone.now())
    assert Match.objects.get(pk=dead.pk).status == "failed"
    assert live.busy([StreamKey(SHARED, patient.id)]) == set()


def test_a_dead_match_that_can_not_be_ended_holds_up_no_other(
    people: People, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = begun(patient, ago=120), begun(told(people), ago=60)
    really = steps.end_dead

    def end_dead(match: Match, *, now: datetime) -> bool:
        if match.pk == broken.pk:
            raise EventNotRecorded
        return really(match, now=now)

    monkeypatch.setattr(steps, "end_dead", end_dead)
    monkeypatch.setattr(service, "DEAD_AT_ONCE", 1)
    for _ in range(2):
        end_dead_matches(now=timezone.now())
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.status, other.status) == ("requested", "failed")
    monkeypatch.undo()
    end_dead_matches(now=timezone.now() + timedelta(minutes=2))
    broken.refresh_from_db()
    assert broken.status == "failed"


def test_the_sweep_leaves_a_living_match_alone(patient: Patient) -> None:
    begun(patient)
    with assert_not_emitted(patient_id=patient.id):
        end_dead_matches(now=timezone.now())


def test_a_dead_match_is_ended_by_the_next_request(patient: Patient) -> None:
    dead = begun(patient, ago=60)
    with assert_emitted(MatchFailed, patient_id=patient.id, correlation_id=dead.correlation_id):
        match = run(patient)
    assert match.pk != dead.pk
    assert facts(patient) == ["requested", "failed", *ALL]


def test_whoever_was_given_up_stops(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*given: Any) -> Any:
        end_dead_matches(now=timezone.now() + timedelta(minutes=1))
        return explain(*given)

    monkeypatch.setattr(service, "explain", late)
    match = run(patient)
    assert match.status == "failed"
    assert facts(patient) == ["requested", "retrieve", "filter", "score", "failed"]


def test_a_key_whose_answer_was_lost_makes_no_second_match(patient: Patient) -> None:
    first = run(patient, request_key="k")
    assert run(patient, request_key="k").pk == first.pk
    assert run(patient, request_key="other").pk != first.pk
    assert run(patient).pk != first.pk


def test_a_key_whose_match_failed_makes_another(patient: Patient) -> None:
    dead = begun(patient, ago=60, key="k")
    match = run(patient, request_key="k")
    assert (match.pk != dead.pk, match.status) == (True, "completed")


def test_a_match_that_moves_again_is_not_ended(patient: Patient) -> None:
    match = begun(patient, ago=60)
    steps.advance(match, "retrieve", providers=1, now=timezone.now())
    assert steps.end_dead(match, now=timezone.now()) is False
    assert facts(patient) == ["requested", "retrieve"]


def test_every_server_sweeps(patient: Patient) -> None:
    dead = begun(patient, ago=60)

    async def until_ended() -> None:
        sweeping = asyncio.create_task(sweep_matches())
        while await in_worker(lambda: Match.objects.get(pk=dead.pk).status) == "requested":
            await asyncio.sleep(0.02)
        sweeping.cancel()

    asyncio.run(asyncio.wait_for(until_ended(), 10))
    assert facts(patient) == ["requested", "failed"]
