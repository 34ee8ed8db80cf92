"""Who sees and changes what of patients in the admin."""

import secrets

import pytest
from django.contrib.admin.utils import quote

from events import wakeup
from events.admin.protecting_admin import links_to
from events.errors import EventNotRecorded
from events.registry import AccessChanged, PhiViewed
from events.testing import assert_emitted, assert_not_emitted
from patients.models import Document, Membership, Patient
from tests.people import SHARED
from tests.staff import staff, superuser

pytestmark = pytest.mark.usefixtures("database")

PATIENTS = "/admin/patients/patient/"
NAME = "Unmistakable"
TEXT = "Kellgren-Lawrence grade 4"


@pytest.fixture
def patient(people):
    return people.patient(email="unmistakable@example.org", procedure_interest="knee replacement")


@pytest.fixture
def document(patient):
    return Document.objects.create(
        patient=patient,
        tenant_id=patient.tenant_id,
        filename=f"{NAME}.pdf",
        content_type="application/pdf",
        size=2048,
        pages=[{"text": TEXT, "confidence": 1, "method": "text"}],
    )


def press(client, path, action, row):
    return client.post(path, {"action": action, "_selected_action": [row.pk], "index": "0"}, follow=True)


def test_names_and_addresses_are_masked_without_the_permission(patient):
    client = staff("patients.view_patient")
    for path in (f"{PATIENTS}?q={patient.pk}", f"{PATIENTS}{quote(patient.pk)}/change/"):
        text = client.get(path).content.decode()
        assert patient.pk in text
        assert "••••" in text
        assert patient.email not in text
        assert patient.procedure_interest not in text


def look(client, row):
    """Press "Show protected fields" on the row's page."""
    return client.post(f"/admin/patients/{row._meta.model_name}/{row.pk}/protected/")


def test_names_and_addresses_are_shown_when_asked_for_and_the_look_is_recorded(patient):
    client = staff("patients.view_patient", "events.view_phi")
    with assert_not_emitted(patient_id=patient.pk):
        for path in (f"{PATIENTS}?q={patient.pk}", f"{PATIENTS}{quote(patient.pk)}/change/"):
            assert patient.email not in client.get(path).content.decode()
    with assert_emitted(PhiViewed, actor_id=client.actor, patient_id=patient.pk, tenant_id=SHARED) as looked:
        text = look(client, patient).content.decode()
    assert patient.email in text
    assert patient.procedure_interest in text
    assert looked.payload == {"record": "patient", "record_id": patient.pk}
    assert looked.event.position is None
    assert patient.email not in client.get(f"{PATIENTS}{quote(patient.pk)}/change/").content.decode()


@pytest.mark.parametrize("permissions", [("patients.view_patient",), ("events.view_phi",), ()])
def test_looking_needs_both_permissions(patient, permissions):
    client = staff(*permissions)
    with assert_not_emitted(patient_id=patient.pk):
        answer = look(client, patient)
    assert answer.status_code == 403
    assert patient.email.encode() not in answer.content


def test_nothing_is_shown_by_a_link_or_when_the_look_can_t_be_recorded(patient, monkeypatch):
    def refuse(*_, **__):
        raise EventNotRecorded

    client = staff("patients.view_patient", "events.view_phi")
    assert client.get(f"{PATIENTS}{quote(patient.pk)}/protected/").url == f"{PATIENTS}{quote(patient.pk)}/change/"
    monkeypatch.setattr("events.disclosure.emit_event", refuse)
    answer = look(client, patient)
    assert answer.url == f"{PATIENTS}{quote(patient.pk)}/change/"
    assert "could not be recorded" in client.get(answer.url).content.decode()


def test_patients_cannot_be_asked_for_by_what_is_masked(patient):
    client = staff("patients.view_patient")
    assert client.get(f"{PATIENTS}?email={patient.email}").status_code == 400
    assert patient.pk not in client.get(f"{PATIENTS}?q={patient.email}").content.decode()


def test_quarantine_and_release_go_through_the_service_and_are_on_record(patient):
    client = staff("patients.view_patient", "patients.change_patient")
    with assert_emitted(AccessChanged, patient_id=patient.pk, actor_id=client.actor, change="quarantined"):
        press(client, PATIENTS, "quarantine", patient)
    assert Patient.objects.get(pk=patient.pk).quarantined
    with assert_emitted(AccessChanged, patient_id=patient.pk, actor_id=client.actor, change="released"):
        press(client, PATIENTS, "release", patient)
    assert not Patient.objects.get(pk=patient.pk).quarantined


def test_quarantine_needs_the_permission(patient):
    press(staff("patients.view_patient"), PATIENTS, "quarantine", patient)
    assert not Patient.objects.get(pk=patient.pk).quarantined


def test_a_removed_member_is_refused_from_then_on_and_streams_hear_of_it(monkeypatch):
    rung = []
    monkeypatch.setattr(wakeup, "ring", rung.append)
    member = Membership.objects.create(tenant_id=SHARED, subject=f"user_{secrets.token_hex(6)}", role="coordinator")
    viewer = staff("patients.view_membership")
    press(viewer, "/admin/patients/membership/", "remove_from_tenant", member)
    assert rung == []
    remover = staff("patients.view_membership", "patients.change_membership")
    press(remover, "/admin/patients/membership/", "remove_from_tenant", member)
    member.refresh_from_db()
    assert member.removed_at is not None
    assert rung == [wakeup.AccessChanged(SHARED, None)]


def test_a_documents_name_and_text_are_masked_and_its_text_is_in_no_list(document):
    path = "/admin/patients/document/"
    viewer, privileged = staff("patients.view_document"), staff("patients.view_document", "events.view_phi")
    for client in (viewer, privileged):
        for page in (f"{path}?q={document.pk}", f"{path}{quote(document.pk)}/change/"):
            text = client.get(page).content.decode()
            assert document.pk in text
            assert NAME not in text
            assert TEXT not in text
    assert "Show protected fields" not in viewer.get(f"{path}{quote(document.pk)}/change/").content.decode()
    with assert_emitted(PhiViewed, actor_id=privileged.actor, record="document", record_id=document.pk):
        text = look(privileged, document).content.decode()
    assert NAME in text
    assert TEXT in text


@pytest.mark.parametrize("model", ["tenant", "membership", "patient", "consent", "document"])
def test_nobody_adds_changes_or_deletes_here(patient, document, model):
    root, base = superuser(), f"/admin/patients/{model}/"
    assert root.get(base).status_code == 200
    assert root.post(f"{base}add/").status_code == 403
    row = {"tenant": SHARED, "patient": patient.pk, "document": document.pk, "consent": patient.consents.first().pk}
    if model in row:
        assert root.get(f"{base}{quote(row[model])}/change/").status_code == 200
        assert root.post(f"{base}{quote(row[model])}/change/", {"first_name": "x"}).status_code == 403
        assert root.post(f"{base}{quote(row[model])}/delete/", {"post": "yes"}).status_code == 403


def test_a_document_is_found_whatever_its_id_begins_with(patient, document):
    # The admin reads `_24` in an address as a dollar sign.
    Document.objects.filter(pk=document.pk).update(id="doc_24" + secrets.token_hex(8))
    awkward = Document.objects.get(patient=patient)
    (link,) = links_to("Document", [awkward])
    assert awkward.pk in superuser().get(link.address).content.decode()
