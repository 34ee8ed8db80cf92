"""Events as files: masked, recorded, harmless to open."""

import csv
import io
import json

import pytest

from events.emit import emit_event
from events.errors import EventNotRecorded
from events.registry import EventType
from tests.events.history import (
    SECRET,
    TENANT,
    ask,
    patient_id,
    recorded,
    said,
    uploaded,
)
from tests.staff import staff

pytestmark = pytest.mark.usefixtures("database")


def rows_of(answer):
    assert answer["Content-Disposition"].startswith('attachment; filename="events-')
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_an_export_is_masked_and_recorded():
    event, client = uploaded(), staff("events.view_event")
    (row,) = rows_of(ask(client, "export_csv", event))
    assert (row["id"], row["patient_id"], row["position"]) == (str(event.pk), event.patient_id, "1")
    assert json.loads(row["payload"])["filename"] == "••••"
    fact = recorded(client, EventType.EVENTS_EXPORTED).get()
    assert (fact.tenant_id, fact.patient_id) == (TENANT, None)
    assert fact.payload == {"events": 1, "format": "csv", "protected": False}


def test_an_export_with_protected_fields_is_chosen_and_recorded():
    event, client = uploaded(), staff("events.view_event", "events.view_phi")
    (exported,) = json.loads(ask(client, "export_json_protected", event).content)
    assert exported["payload"]["filename"] == SECRET
    assert exported["audit"] == "uploaded document doc_1 (2048 bytes of application/pdf)"
    fact = recorded(client, EventType.EVENTS_EXPORTED).get()
    assert fact.payload == {"events": 1, "format": "json", "protected": True}


def test_support_staff_cannot_export_protected_fields():
    event, client = uploaded(), staff("events.view_event")
    for action in ("export_csv_protected", "export_json_protected"):
        answer = ask(client, action, event)
        assert "Content-Disposition" not in answer
        assert SECRET.encode() not in answer.content
    assert not recorded(client, EventType.EVENTS_EXPORTED).exists()


def test_the_whole_narrowed_list_is_exported_not_only_the_page():
    patient, client = patient_id(), staff("events.view_event")
    events = [said(patient) for _ in range(101)]
    rows = rows_of(ask(client, "export_csv", events[0], query=f"?q={patient}", everything=True))
    assert [row["id"] for row in rows] == [str(event.pk) for event in reversed(events)]


def test_a_list_too_long_to_export_is_refused_not_cut(monkeypatch):
    monkeypatch.setattr("events.admin.export_actions.MOST_EVENTS", 1)
    patient, client = patient_id(), staff("events.view_event")
    events = [said(patient), said(patient)]
    answer = ask(client, "export_csv", *events, query=f"?q={patient}")
    assert answer.status_code == 302
    assert "more than 1 events" in client.get(answer.url).content.decode()
    assert not recorded(client, EventType.EVENTS_EXPORTED).exists()


def test_events_of_several_tenants_are_exported_under_the_tenant_of_all():
    one, client = uploaded(), staff("events.view_event")
    other = emit_event(EventType.PATIENT_REGISTERED, "tenant-apollo-001", patient_id(), {}, "user_1", "corr-2")
    ask(client, "export_json", one, other)
    assert recorded(client, EventType.EVENTS_EXPORTED).get().tenant_id == "*"


def test_nothing_is_exported_when_it_cannot_be_recorded(monkeypatch):
    def refuse(*_, **__):
        raise EventNotRecorded

    event, client = uploaded(), staff("events.view_event")
    monkeypatch.setattr("events.disclosure.emit_event", refuse)
    assert "Content-Disposition" not in ask(client, "export_csv", event)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_never_begins_a_formula(start):
    formula = f"{start}HYPERLINK(1)"
    event = emit_event(EventType.PATIENT_REGISTERED, TENANT, patient_id(), {}, formula, "corr-3")
    (row,) = rows_of(ask(staff("events.view_event"), "export_csv", event))
    assert row["actor_id"] == f"'{formula}"
