"""An event's page in the admin: what is masked, what is recorded, and its thread."""

import re
import uuid

import pytest

from events.errors import EventNotRecorded
from events.models import Event, Job
from events.registry import EventType
from tests.events.history import (
    LIST,
    SECRET,
    TENANT,
    by_hand,
    page_of,
    patient_id,
    protected_page_of,
    recorded,
    uploaded,
)
from tests.staff import staff, superuser

pytestmark = pytest.mark.usefixtures("database")


def test_protected_fields_are_masked_and_the_rest_is_shown():
    event = uploaded()
    text = staff("events.view_event").get(page_of(event)).content.decode()
    assert SECRET not in text
    assert "&quot;filename&quot;: &quot;••••&quot;" in text
    assert "&quot;size&quot;: 2048" in text
    assert "Show protected fields" not in text


def test_of_an_unknown_type_or_field_nothing_is_shown():
    client = staff("events.view_event")
    forgotten = by_hand("weight_measured", {"kilograms": "kg-81"})
    older = by_hand("patient_updated", {"changed": ["email"], "email": "maria@example.org"})
    assert "kg-81" not in client.get(page_of(forgotten)).content.decode()
    text = client.get(page_of(older)).content.decode()
    assert "maria@example.org" not in text
    assert "&quot;email&quot;: &quot;••••&quot;" in text


def test_looking_at_protected_fields_is_recorded_and_lasts_for_one_page():
    event, client = uploaded(), staff("events.view_event", "events.view_phi")
    assert SECRET not in client.get(page_of(event)).content.decode()
    assert SECRET in client.post(protected_page_of(event)).content.decode()
    look = recorded(client, EventType.PHI_VIEWED).get()
    assert (look.tenant_id, look.patient_id) == (TENANT, event.patient_id)
    assert look.payload == {"record": "event", "record_id": str(event.pk)}
    assert SECRET not in client.get(page_of(event)).content.decode()


def test_nothing_is_shown_when_the_look_cannot_be_recorded(monkeypatch):
    def refuse(*_, **__):
        raise EventNotRecorded

    event, client = uploaded(), staff("events.view_event", "events.view_phi")
    monkeypatch.setattr("events.disclosure.emit_event", refuse)
    answer = client.post(protected_page_of(event), follow=True)
    assert SECRET not in answer.content.decode()
    assert "could not be recorded" in answer.content.decode()


@pytest.mark.parametrize("permissions", [("events.view_event",), ("events.view_phi",), ()])
def test_protected_fields_need_both_permissions(permissions):
    event, client = uploaded(), staff(*permissions)
    answer = client.post(protected_page_of(event))
    assert answer.status_code == 403
    assert SECRET.encode() not in answer.content
    assert not recorded(client, EventType.PHI_VIEWED).exists()


def test_protected_fields_are_not_shown_by_a_link():
    event = uploaded()
    answer = superuser().get(protected_page_of(event))
    assert answer.url == page_of(event)
    assert SECRET.encode() not in answer.content


def test_a_payload_is_text_never_markup():
    attack = "<script>alert(1)</script>"
    event, client = uploaded(filename=attack, content_type=attack), staff("events.view_event", "events.view_phi")
    for answer in (
        client.get(page_of(event)),
        client.post(protected_page_of(event)),
        client.get(LIST, {"q": event.patient_id}),
    ):
        assert attack not in answer.content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content.decode()


def test_an_event_lies_in_the_thread_of_its_correlation_id_with_the_jobs_it_caused():
    patient, correlation, client = patient_id(), str(uuid.uuid4()), staff("events.view_event")
    first, second = uploaded(patient, correlation=correlation), uploaded(patient, correlation=correlation)
    jobs = {job.event_id: job for job in Job.objects.filter(correlation_id=correlation)}
    thread = client.get(page_of(second)).content.decode().split('id="thread-title"')[1]
    lines = [page_of(row) for row in (first, jobs[first.pk], second, jobs[second.pk])]
    assert re.findall(r"/admin/events/(?:event|job)/[-\w]+/change/", thread) == lines
    assert "+0.000 s" in thread
    current = thread.split('aria-current="true"')[1]
    assert current.index(page_of(second)) < current.index(page_of(jobs[second.pk]))


def test_a_long_thread_is_cut_and_says_so():
    correlation, client = str(uuid.uuid4()), staff("events.view_event")
    events = [Event(event_type="x", tenant_id="t", payload={}, correlation_id=correlation) for _ in range(201)]
    Event.objects.bulk_create(events)
    text = client.get(page_of(events[0])).content.decode()
    assert text.count("/change/") >= 200
    assert "these are its first 200 entries" in text
