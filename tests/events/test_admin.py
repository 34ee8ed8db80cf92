"""The event history in the admin: finding events, and that nobody changes one."""

import uuid

import pytest

from events.models import Event, Job, JobStatus
from tests.events.history import JOBS, LIST, TENANT, ask, patient_id, said, shown, uploaded
from tests.events.outbox import new_job
from tests.staff import staff, superuser

pytestmark = pytest.mark.usefixtures("database")


def test_the_history_shows_the_newest_first_as_sentences():
    patient, client = patient_id(), staff("events.view_event")
    first, second = uploaded(patient), said(patient)
    answer = client.get(LIST, {"q": patient})
    assert shown(answer) == [second.pk, first.pk]
    assert "uploaded document doc_1 (2048 bytes of application/pdf)" in answer.content.decode()


def test_a_search_finds_by_the_whole_patient_correlation_or_event_id_and_nothing_else():
    event, client = uploaded(), staff("events.view_event")
    for term in (event.patient_id, event.correlation_id, str(event.pk), f" {event.pk} "):
        assert shown(client.get(LIST, {"q": term})) == [event.pk]
    assert shown(client.get(LIST, {"q": event.patient_id[:-1]})) == []
    assert client.get(LIST, {"q": "\x00"}).status_code == 200


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"event_type__exact": "document_uploaded"}, "document"),
        ({"event_type__exact": "chat_message_sent"}, "message"),
        ({"stream": "document_update"}, "document"),
        ({"position": "present"}, "document"),
        ({"position": "absent"}, "message"),
        ({"stream": "no_such_name"}, None),
        ({"tenant": "tenant-apollo-001"}, None),
        ({"tenant": TENANT, "position": "absent"}, "message"),
        ({"created_at__year": "2001"}, None),
        ({"tenant": "\x00"}, None),
    ],
)
def test_the_history_is_narrowed_by_what_the_registry_and_the_log_know(filters, found):
    patient, client = patient_id(), staff("events.view_event")
    events = {"document": uploaded(patient), "message": said(patient)}
    expected = [events[found].pk] if found else []
    assert shown(client.get(LIST, {"q": patient, **filters})) == expected


def test_a_correlation_id_leads_to_everything_that_carries_it():
    client, correlation = staff("events.view_event"), str(uuid.uuid4())
    first, second = uploaded(correlation=correlation), uploaded(correlation=correlation)
    uploaded()
    assert shown(client.get(LIST, {"correlation": correlation})) == [second.pk, first.pk]


def test_the_day_of_an_event_is_offered_and_shows_it():
    event, client = uploaded(), staff("events.view_event")
    day = event.created_at
    month = {"created_at__year": day.year, "created_at__month": day.month}
    offered = client.get(LIST, month).content.decode()
    assert f"created_at__day={day.day}&amp;created_at__month={day.month}&amp;created_at__year={day.year}" in offered
    assert shown(client.get(LIST, {**month, "created_at__day": day.day, "q": event.patient_id})) == [event.pk]


@pytest.mark.parametrize(
    "query", ["created_at__year=9999", "created_at__month=5", "created_at__year=x", "p=101", "p=0"]
)
def test_an_impossible_date_or_page_leads_back_to_the_list(query):
    assert staff("events.view_event").get(f"{LIST}?{query}").url == f"{LIST}?e=1"


@pytest.mark.parametrize("query", ["payload__content__contains=diabetes", "actor_id__startswith=u", "patient_id=x"])
def test_no_other_column_can_be_asked_about(query):
    assert staff("events.view_event").get(f"{LIST}?{query}").status_code == 400


def test_long_lists_have_newer_and_older_pages():
    patient, client = patient_id(), staff("events.view_event")
    newest_first = [said(patient).pk for _ in range(101)][::-1]
    first = client.get(LIST, {"q": patient})
    second = client.get(LIST, {"q": patient, "p": 2})
    assert shown(first) + shown(second) == newest_first
    assert "Older" in first.content.decode()
    assert "Older" not in second.content.decode()
    assert "Newer" in second.content.decode()
    assert "Select everything in this list, on all pages" in first.content.decode()


@pytest.mark.parametrize("path", ["add/", "{}/change/", "{}/delete/"])
def test_nobody_adds_changes_or_deletes_an_event_or_job(path):
    event, job, root = uploaded(), new_job(status=JobStatus.DONE), superuser()
    for base, row in ((LIST, event), (JOBS, job)):
        assert root.post(base + path.format(row.pk), {"post": "yes", "event_type": "x"}).status_code == 403
    assert Event.objects.filter(pk=event.pk, event_type="document_uploaded").exists()
    assert Job.objects.filter(pk=job.pk).exists()


def test_no_deleting_action_is_offered_or_obeyed():
    event, root = uploaded(), superuser()
    assert "delete_selected" not in root.get(LIST).content.decode()
    ask(root, "delete_selected", event)
    assert Event.objects.filter(pk=event.pk).exists()


def test_a_stream_head_is_not_in_the_admin_and_a_stranger_sees_nothing():
    assert superuser().get("/admin/events/streamhead/").status_code == 404
    assert staff().get(LIST).status_code == 403


def test_an_unknown_event_leads_back_to_the_list():
    assert staff("events.view_event").get(f"{LIST}{uuid.uuid4()}/change/").url == LIST
