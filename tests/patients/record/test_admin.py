"""The clinical record in the admin: found by where it comes from, masked, and never changed."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.utils import quote
from django.db import transaction
from django.utils import timezone

from events import emit_event
from events.registry import EventType, PhiViewed
from events.testing import assert_emitted
from patients.models import FhirResource
from patients.record.keeping import keep
from patients.record.statements import Origin
from tests.staff import staff, superuser
from tests.webhooks.analyses import KNEE, METFORMIN, found, told
from tests.webhooks.documents import upload

pytestmark = pytest.mark.usefixtures("database")

LIST = "/admin/patients/fhirresource/"
OTHER_DOSE = found(METFORMIN.kind, METFORMIN.coding.system, "6809", "metformin", dose_value=500.0, dose_unit="mg")


@pytest.fixture
def patient(people):
    return people.patient()


@pytest.fixture
def document(patient):
    return upload(patient)


@pytest.fixture
def message(patient):
    said = {"message_id": f"msg_{patient.id}", "role": "patient", "content": "I take metformin 500 mg"}
    return emit_event(EventType.CHAT_MESSAGE_SENT, patient.tenant_id, patient.id, said)


@pytest.fixture
def rows(patient, document, message):
    """A report says knee and metformin, a message another dose: the report is believed."""
    keep(patient, told(KNEE, METFORMIN), origin=Origin("document", document.pk), now=timezone.now())
    keep(patient, told(OTHER_DOSE), origin=Origin("chat", message.payload["message_id"]), now=timezone.now())
    said = FhirResource.objects.filter(patient=patient)
    return {
        "knee": said.get(code="M17.11"),
        "dose": said.get(code="6809", source="document"),
        "other": said.get(code="6809", source="chat"),
    }


def viewer(*more):
    return staff("patients.view_fhirresource", *more)


def shown(client, patient, **query):
    page = client.get(LIST, {"q": patient.id, **query})
    assert page.status_code == 200
    return set(re.findall(r"/admin/patients/fhirresource/(fhir-[0-9a-f]+)/change/", page.content.decode()))


def page_of(row):
    return f"{LIST}{row.pk}/change/"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["knee", "dose", "other"]),
        ({"resource_type": "Condition"}, ["knee"]),
        ({"resource_type": "MedicationStatement"}, ["dose", "other"]),
        ({"source__exact": "chat"}, ["other"]),
        ({"canonical__exact": "1"}, ["knee", "dose"]),
        ({"canonical__exact": "0"}, ["other"]),
        ({"conflict": "yes"}, ["other"]),
        ({"conflict": "no"}, ["knee", "dose"]),
        ({"standing": "superseded"}, []),
        ({"tenant": "tenant-curaway-patients"}, ["knee", "dose", "other"]),
        ({"tenant": "tenant-apollo-001"}, []),
    ],
    ids=str,
)
def test_resources_are_found_by_what_they_are_and_where_they_come_from(patient, rows, query, names):
    assert shown(viewer(), patient, **query) == {rows[name].pk for name in names}


def test_a_resource_is_found_by_its_document_and_by_no_finding(patient, document, rows):
    client = viewer()
    page = client.get(LIST, {"q": document.pk}).content.decode()
    assert rows["knee"].pk in page
    assert rows["other"].pk not in page
    assert client.get(f"{LIST}?code=M17.11").status_code == 400
    assert client.get(f"{LIST}?display__contains=knee").status_code == 400


def test_what_it_says_of_the_patient_is_masked_in_lists_and_on_its_page(patient, rows):
    for client in (viewer(), viewer("events.view_phi")):
        for path in (f"{LIST}?q={patient.id}", page_of(rows["knee"])):
            text = client.get(path).content.decode()
            assert "••••" in text
            assert "M17.11" not in text
            assert "Osteoarthritis" not in text
    assert "Show protected fields" not in viewer().get(page_of(rows["knee"])).content.decode()


def test_it_is_shown_when_asked_for_and_the_look_is_recorded(patient, rows):
    client = viewer("events.view_phi")
    with assert_emitted(PhiViewed, actor_id=client.actor, patient_id=patient.id) as looked:
        text = client.post(f"{LIST}{rows['knee'].pk}/protected/").content.decode()
    assert "M17.11" in text
    assert "&quot;resourceType&quot;: &quot;Condition&quot;" in text
    assert looked.payload == {"record": "FHIR resource", "record_id": rows["knee"].pk}
    assert viewer().post(f"{LIST}{rows['knee'].pk}/protected/").status_code == 403


def test_its_page_leads_to_its_source_and_to_what_it_contradicts(patient, document, message, rows):
    client = viewer()
    text = client.get(page_of(rows["other"])).content.decode()
    assert f"/admin/events/event/{message.pk}/change/" in text
    assert ("Contradicts" in text, page_of(rows["dose"]) in text) == (True, True)
    text = client.get(page_of(rows["dose"])).content.decode()
    assert f"/admin/patients/document/{quote(document.pk)}/change/" in text
    assert ("Contradicted by" in text, page_of(rows["other"]) in text) == (True, True)
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]*)</dd>", text))
    assert (facts["source"], facts["page"], facts["confidence"]) == ("document", "1", "0.95")


def test_what_superseded_it_is_said_on_both_pages(patient, document, rows):
    newer = found(KNEE.kind, KNEE.coding.system, "M17.11", "Osteoarthritis, right knee", laterality="right", grade=4)
    with transaction.atomic():
        keep(patient, told(newer, METFORMIN), origin=Origin("document", document.pk), now=timezone.now())
    old = FhirResource.objects.get(pk=rows["knee"].pk)
    assert old.superseded_by_id is not None
    client = viewer()
    assert shown(client, patient, standing="superseded") == {old.pk}
    assert "Superseded by" in (text := client.get(page_of(old)).content.decode())
    assert page_of(old.superseded_by) in text
    assert "Supersedes" in (text := client.get(page_of(old.superseded_by)).content.decode())
    assert page_of(old) in text


def test_nobody_adds_changes_or_deletes_a_resource(rows):
    root, row = superuser(), rows["knee"]
    assert root.post(f"{LIST}add/").status_code == 403
    assert root.post(page_of(row), {"display": "x"}).status_code == 403
    assert root.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff().get(LIST).status_code == 403
