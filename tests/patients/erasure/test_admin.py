"""Erasing in the admin: by whom, how it is asked, and what is shown of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from events.sealing.seal import ERASED
from patients.erasure.models import Erasure
from patients.models import Patient
from tests.patients.erasure.somebody import WORD, erased, known
from tests.people import People
from tests.staff import staff

PATIENTS = "/admin/patients/patient/"
MAY = ("patients.view_patient", "patients.delete_patient", "patients.view_erasure")


@pytest.fixture
def patient(people: People) -> Patient:
    return known(people)


def ask(client: Client, patient: Patient, **typed: str) -> Any:
    form = {"action": "erase", "index": "0", "select_across": "0", "_selected_action": [patient.pk], **typed}
    return client.post(PATIENTS, form)


def test_it_is_asked_before_anything_is_done(patient: Patient) -> None:
    page = ask(staff(*MAY), patient)
    assert page.status_code == 200
    assert "Type the patient" in page.content.decode()
    assert Patient.objects.filter(pk=patient.pk).exists()


@pytest.mark.parametrize("typed", [{"typed_id": "somebody"}, {"typed_id": ""}])
def test_whoever_mistypes_the_id_is_asked_again(patient: Patient, typed: dict[str, str]) -> None:
    page = ask(staff(*MAY), patient, reason="request 1", **typed)
    assert "Nothing was erased" in page.content.decode()
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_the_patient_is_erased_by_the_one_who_typed_the_id(patient: Patient) -> None:
    client = staff(*MAY)
    assert ask(client, patient, typed_id=patient.pk, reason="request 1").status_code == 302
    erasure = Erasure.objects.get(patient_id=patient.pk)
    assert (erasure.operator, erasure.reason) == (client.actor, "request 1")
    assert erasure.files.exclude(deleted_at=None).count() == 2
    page = client.get(reverse("admin:patients_erasure_change", args=[erasure.pk])).content.decode()
    assert erasure.hash_after in page
    assert WORD not in page


def test_it_needs_the_permission_to_delete(patient: Patient) -> None:
    ask(staff("patients.view_patient", "patients.change_patient"), patient, typed_id=patient.pk, reason="request 1")
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_what_the_log_protected_reads_erased_to_whoever_may_look(patient: Patient) -> None:
    said = Event.objects.get(patient_id=patient.pk, event_type="chat_message_sent")
    erased(patient)
    client = staff("events.view_event", "events.view_phi")
    page = client.post(reverse("admin:events_event_protected", args=[said.pk])).content.decode()
    assert ERASED in page
    assert WORD not in page
