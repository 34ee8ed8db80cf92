"""The replay inspector shows what a client would receive."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from events.operations.log_epoch import current_epoch
from events.registry import EventType
from tests.events.history import recorded
from tests.facts import record, record_many
from tests.people import People
from tests.staff import staff

PAGE = "/admin/events/replay/"
SECRET = "Maria-Gonzalez-knee.pdf"


def asked(patient: Any, after: object, **more: str) -> dict[str, str]:
    return {"tenant": patient.tenant_id, "patient": patient.id, "after": str(after), **more}


def connected(text: str) -> dict[str, Any]:
    shown = re.search(r'<pre class="payload" tabindex="0">(.*?)</pre>', text, re.DOTALL)
    assert shown is not None
    facts: dict[str, Any] = json.loads(unescape(shown.group(1)))
    return facts


def test_it_shows_what_the_stream_would_send_from_there(people: People, stream: Any) -> None:
    patient = people.patient()
    for _ in range(3):
        record(patient, SECRET)
    text = staff("events.view_event").get(PAGE, asked(patient, 1)).content.decode()
    heard = stream(patient, last_event_id=1)
    facts = heard.connected()
    assert connected(text) == {name: facts[name] for name in ("position", "head", "resumed", "epoch")}
    assert re.findall(r"<tr><td>(\d+)</td>", text) == [frame.id for frame in heard.take(2)]
    assert SECRET not in text


@pytest.mark.parametrize(("after", "reset"), [("9", "ahead"), ("-1", "malformed")])
def test_it_shows_a_reset_where_there_would_be_one(people: People, after: str, reset: str) -> None:
    patient = people.patient()
    record_many(patient, 3)
    text = staff("events.view_event").get(PAGE, asked(patient, after)).content.decode()
    assert connected(text) == {
        "position": 3, "head": 3, "resumed": False, "epoch": current_epoch(), "reset": reset,
    }  # fmt: skip


def test_a_client_of_another_epoch_is_reset_there_too(people: People) -> None:
    patient = people.patient()
    record_many(patient, 3)
    text = staff("events.view_event").get(PAGE, asked(patient, 1, epoch="other")).content.decode()
    assert connected(text)["reset"] == "ahead"


def test_the_very_frames_are_shown_on_record_to_who_may_see_them(people: People, stream: Any) -> None:
    patient = people.patient()
    record(patient, SECRET)
    auditor = staff("events.view_event", "events.view_phi")
    text = auditor.post(f"{PAGE}protected/", asked(patient, 0)).content.decode()
    heard = stream(patient, last_event_id=0)
    heard.connected()
    assert unescape(text).count(heard.next().raw.decode()) == 1
    look = recorded(auditor, EventType.PHI_VIEWED).get()
    assert (look.patient_id, look.payload) == (patient.id, {"record": "replay", "record_id": "after 0"})


def test_who_may_not_see_protected_fields_is_not_shown_the_frames(people: People) -> None:
    patient, reader = people.patient(), staff("events.view_event")
    assert reader.post(f"{PAGE}protected/", asked(patient, 0)).status_code == 403
    assert not recorded(reader, EventType.PHI_VIEWED).exists()
    assert staff("events.view_job").get(PAGE).status_code == 403


def test_nothing_is_shown_of_a_patient_in_another_tenant(people: People) -> None:
    patient = people.patient()
    record(patient)
    elsewhere = asked(patient, 0) | {"tenant": "tenant-apollo-001"}
    text = staff("events.view_event").get(PAGE, elsewhere).content.decode()
    assert "0 events after it" in text


def test_a_long_history_is_shown_page_by_page(people: People) -> None:
    patient = people.patient()
    record_many(patient, 101)
    reader = staff("events.view_event")
    text = reader.get(PAGE, asked(patient, 0)).content.decode()
    assert "100 events after it" in text
    assert "after=100&amp;" in text
