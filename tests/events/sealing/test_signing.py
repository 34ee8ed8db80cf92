"""Signing what has grown: a page of heads at a time, each link once."""

from __future__ import annotations

import pytest

from events.sealing import signing
from events.sealing.checkpoint import Checkpoint
from events.sealing.signing import sign_all
from patients.models import Patient
from tests.facts import record
from tests.people import People
from tests.waiting import wait_until


def links(patients: list[Patient]) -> list[list[int]]:
    found = Checkpoint.objects.filter(tenant_id=patients[0].tenant_id).order_by("link")
    return [list(found.filter(patient_id=patient.id).values_list("link", flat=True)) for patient in patients]


def test_every_chain_is_signed_as_far_as_it_has_grown_and_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "HEADS", 2)
    patients = [people.patient() for _ in range(5)]
    for patient in patients:
        record(patient)
    sign_all()
    sign_all()
    assert links(patients) == [[1]] * 5
    record(patients[3])
    sign_all()
    assert links(patients) == [[1], [1], [1], [1, 2], [1]]


def test_a_server_signs_what_it_finds_when_it_starts(people: People, process_server: object) -> None:
    patient = people.patient()
    record(patient)
    with process_server():  # type: ignore[operator]
        wait_until(lambda: links([patient]) == [[1]])
