"""Every stream leaves one row: who, whose, from where to where, and why it ended."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.access_records import rows, sweep
from events.access_records.models import AccessRecord
from events.access_records.recorder import Recorder
from events.access_records.rows import Ended, Opened
from events.log import StreamKey
from events.models import Event
from events.operations.server_process import ServerProcess
from events.testing import StreamClient
from events.viewers import Viewer
from patients.services.access import quarantine_patient
from tests.facts import record
from tests.people import SHARED, People
from tests.staff import staff
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("database")

LIST = "/admin/events/accessrecord/"


def only(patient: Any) -> AccessRecord:
    return AccessRecord.objects.get(tenant_id=patient.tenant_id, patient_id=patient.id)


def written(patient: Any, *, ended: bool, count: int = 1) -> None:
    found = AccessRecord.objects.filter(patient_id=patient.id, ended_at__isnull=not ended)
    wait_until(lambda: found.count() == count)


def listed(page: Any) -> list[uuid.UUID]:
    return [row.pk for row in page.context["cl"].result_list]


def begun(patient: Any, process: uuid.UUID, *, ago: float = 0) -> Opened:
    at = timezone.now() - timedelta(seconds=ago)
    return Opened(uuid.uuid4(), SHARED, patient.id, "user_x", "patient", "c", process, "host:1", 3, at)


def test_a_stream_is_recorded_while_it_is_open_and_completed_when_it_ends(people: People, stream: Any) -> None:
    patient = people.patient()
    record(patient)
    client = stream(patient, last_event_id=0, follow=True, extra_headers={"X-Correlation-ID": "access-1"})
    client.connected()
    written(patient, ended=False)
    row = only(patient)
    assert (row.actor_id, row.role, row.correlation_id) == (patient.subject, "patient", "access-1")
    assert (row.position_from, row.position_to, row.reason) == (0, None, "")
    record(patient)
    assert [frame.position for frame in client.take(2)] == [1, 2]
    client.close()
    written(patient, ended=True)
    row = only(patient)
    assert (row.position_from, row.position_to, row.reason) == (0, 2, "client")
    assert row.opened_at < row.ended_at


def test_the_reason_is_the_one_that_the_client_was_told(people: People, stream: Any) -> None:
    patient, idle = people.patient(), people.patient()
    own, cares, rests = stream(patient, follow=True), stream(patient, follow=True), stream(idle)
    for client in (own, cares, rests):
        client.connected()
    quarantine_patient(tenant_id=SHARED, patient_id=patient.id)
    assert rests.until_done()[1]["reason"] == "idle"
    written(patient, ended=True, count=2)
    written(idle, ended=True)
    assert set(AccessRecord.objects.filter(patient_id=patient.id).values_list("reason", flat=True)) == {"revoked"}
    assert only(idle).reason == "idle"


def test_who_is_refused_has_opened_nothing(http: Any, people: People) -> None:
    patient, other = people.patient(), people.patient()
    path = f"/api/v1/patients/{other.id}/events/stream"
    assert http.get(path, headers=people.patient_headers(patient)).status_code == 404
    assert http.head(path, headers=people.patient_headers(other)).status_code == 200
    assert not AccessRecord.objects.filter(patient_id=other.id).exists()


def test_many_openings_and_ends_are_two_statements(people: People) -> None:
    patient, process = people.patient(), uuid.uuid4()
    opened = [begun(patient, process) for _ in range(500)]
    ended = [Ended(one.id, SHARED, 7, timezone.now(), "idle") for one in opened[:300]]
    with CaptureQueriesContext(connection) as asked:
        rows.write(opened, ended)
    assert len(asked) == 2
    assert AccessRecord.objects.filter(patient_id=patient.id, position_to=7, reason="idle").count() == 300
    rows.write(opened, ended)
    assert AccessRecord.objects.filter(patient_id=patient.id).count() == 500


def test_a_process_that_stops_writes_how_its_streams_ended(process_server: Any, people: People) -> None:
    patient = people.patient()
    with process_server() as server:
        client = StreamClient(server.url, patient, people.patient_headers(patient), follow=True)
        client.connected()
        server.terminate()
        assert client.until_done()[1]["reason"] == "draining"
        server.process.wait(20)
    assert (only(patient).reason, only(patient).position_to) == ("draining", 0)


def test_what_could_not_be_written_is_kept_for_the_next_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = people.patient()
    recorder = Recorder(process=uuid.uuid4(), process_name="host:1")
    viewer = Viewer(StreamKey(SHARED, patient.id), "user_x", "patient")
    write, tries = rows.write, []

    def away(*given: Any) -> None:
        tries.append(given)
        if len(tries) == 1:
            raise OperationalError
        write(*given)

    async def live() -> None:
        ended = recorder.opened(viewer, position=3, correlation_id="c")
        recorder.ended(ended, viewer, position=4, reason="idle")
        with pytest.raises(OperationalError):
            await recorder.write()
        recorder.opened(viewer, position=5, correlation_id="c")
        await recorder.close()

    monkeypatch.setattr(rows, "write", away)
    asyncio.run(live())
    found = AccessRecord.objects.filter(patient_id=patient.id).order_by("position_from")
    assert list(found.values_list("position_from", "position_to", "reason")) == [(3, 4, "idle"), (5, None, "")]


def test_a_killed_process_leaves_open_rows_that_the_next_sweep_ends(process_server: Any, people: People) -> None:
    patient = people.patient()
    with process_server() as server:
        client = StreamClient(server.url, patient, people.patient_headers(patient), follow=True)
        client.connected()
        written(patient, ended=False)
        process = only(patient).process
        os.killpg(server.pid, signal.SIGKILL)
        server.process.wait()
    assert sweep.end_dead(silent_after_seconds=3600) == 0
    # As it is once the process has been silent for long: nobody tells of it any more.
    ServerProcess.objects.filter(pk=process).update(reported_at=timezone.now() - timedelta(seconds=200))
    wait_until(lambda: sweep.end_dead(silent_after_seconds=0.5) >= 1)
    row = only(patient)
    assert (row.reason, row.position_to, row.ended_at is not None) == ("process_ended", None, True)


def test_a_living_process_keeps_its_rows_however_old_they_are(people: People) -> None:
    patient, process = people.patient(), ServerProcess.objects.create(id=uuid.uuid4(), name="host:1")
    rows.write([begun(patient, process.pk, ago=10_000)], [])
    sweep.end_dead()
    assert only(patient).ended_at is None
    ServerProcess.objects.filter(pk=process.pk).update(reported_at=timezone.now() - timedelta(hours=1))
    sweep.end_dead()
    assert only(patient).reason == "process_ended"


def test_the_rows_of_a_process_that_is_forgotten_are_ended_too(people: People) -> None:
    patient = people.patient()
    rows.write([begun(patient, uuid.uuid4(), ago=10_000)], [])
    sweep.end_dead()
    assert only(patient).reason == "process_ended"


def test_a_process_that_was_taken_for_dead_has_the_last_word(people: People) -> None:
    patient, process = people.patient(), uuid.uuid4()
    opened = begun(patient, process, ago=10_000)
    rows.write([opened], [])
    sweep.end_dead()
    rows.write([], [Ended(opened.id, SHARED, 9, timezone.now(), "timeout")])
    assert (only(patient).reason, only(patient).position_to) == ("timeout", 9)
    rows.write([], [Ended(opened.id, SHARED, 10, timezone.now(), "idle")])
    assert (only(patient).reason, only(patient).position_to) == ("timeout", 9)


@pytest.mark.parametrize("change", [{"actor_id": "user_else"}, {"patient_id": "else"}, {"position_from": 0}])
def test_the_database_refuses_to_change_a_record(people: People, change: dict[str, Any]) -> None:
    patient = people.patient()
    rows.write([begun(patient, uuid.uuid4())], [])
    with pytest.raises(DatabaseError, match="only completed"):
        AccessRecord.objects.filter(patient_id=patient.id).update(**change, ended_at=timezone.now(), reason="idle")


def test_the_database_refuses_to_delete_a_record(people: People) -> None:
    patient = people.patient()
    rows.write([begun(patient, uuid.uuid4())], [])
    with pytest.raises(DatabaseError, match="only completed"):
        AccessRecord.objects.filter(patient_id=patient.id)._raw_delete("default")


def test_the_admin_lists_who_looked_at_whom(people: People) -> None:
    patient, other = people.patient(), people.patient()
    opened = begun(patient, uuid.uuid4())
    rows.write([opened, begun(other, uuid.uuid4())], [Ended(opened.id, SHARED, 5, timezone.now(), "revoked")])
    client = staff("events.view_accessrecord")
    found = client.get(LIST, {"q": patient.id})
    assert listed(found) == [opened.id]
    text = found.content.decode()
    assert [word for word in ("user_x", "Revoked", "host:1") if word not in text] == []
    assert len(listed(client.get(LIST, {"patient": other.id}))) == 1
    assert listed(client.get(LIST, {"patient": patient.id, "reason__exact": "revoked"})) == [opened.id]
    assert listed(client.get(LIST, {"patient": patient.id, "reason__exact": "idle"})) == []
    assert staff("events.view_event").get(LIST).status_code == 403


@pytest.mark.parametrize("tail", ["", "/summary", "/fhir", "/messages", "/documents", "/events", "/consent"])
def test_what_staff_read_over_the_api_is_on_record(http: Any, people: People, tail: str) -> None:
    patient = people.patient()
    looks = f"user_staff_{patient.id}"
    path = f"/api/v1/patients/{patient.id}{tail}"
    assert http.get(path, headers=people.patient_headers(patient)).status_code == 200
    assert not Event.objects.filter(patient_id=patient.id, event_type="phi_viewed").exists()
    headers = people.headers(people.issuer.token(looks, platform_admin=True), SHARED)
    assert http.get(path, headers=headers).status_code == 200
    look = Event.objects.get(patient_id=patient.id, event_type="phi_viewed")
    assert (look.actor_id, look.tenant_id) == (looks, SHARED)
    assert look.payload == {"record": tail.strip("/") or "patient", "record_id": patient.id}
