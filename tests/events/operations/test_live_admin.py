"""The page "Live streams": what it shows, and what can be ordered there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from events import hub
from events.models import Event
from events.operations import orders
from events.operations.control import Control
from events.operations.server_process import ServerProcess
from events.registry import EventType
from events.testing import StreamClient
from tests.events.history import recorded
from tests.facts import record
from tests.people import People
from tests.staff import staff
from tests.waiting import wait_until

PAGE = "/admin/events/serverprocess/"
SEES = "events.view_serverprocess"
ORDERS = (SEES, "events.change_serverprocess")
SWITCHES = (SEES, "events.view_control", "events.change_control")


def test_it_shows_whose_streams_are_open_where_and_how_far(people: People, stream: Any, told: Any) -> None:
    patient = people.patient()
    client = stream(patient, follow=True)
    client.connected()
    record(patient)
    client.next()
    found = wait_until(lambda: (one := told(patient))["position"] == 1 and one)
    text = staff(SEES).get(PAGE, {"patient": patient.id}).content.decode()
    assert (found["lag"], found["role"], found["subject"]) == (0, "patient", patient.subject)
    for shown in (patient.id, patient.tenant_id, patient.subject, hub.current().process_name):
        assert str(shown) in text
    assert "End</button>" not in text
    assert "Switch streaming off" not in text


def test_a_stream_that_is_ended_comes_back_and_the_act_is_on_record(people: People, stream: Any, told: Any) -> None:
    patient, operator = people.patient(), staff(*ORDERS)
    client, other = stream(patient, follow=True), stream(people.patient(), follow=True)
    client.connected()
    other.connected()
    number = told(patient)["number"]
    answer = operator.post(f"{PAGE}{hub.current().process}/end/{number}/", follow=True)
    assert "its client comes back by itself" in answer.content.decode()
    _, done = client.until_done()
    assert (done["reason"], done["reconnect"]) == ("timeout", True)
    fact = recorded(operator, EventType.STREAM_END_ORDERED).get()
    assert (fact.patient_id, fact.payload) == (
        patient.id,
        {"process": hub.current().process_name, "stream": number},
    )
    record(other.patient)
    assert other.next().position == 1


def test_an_order_that_waits_for_the_patients_writer_holds_up_nobodys_stream(
    people: People, stream: Any, told: Any, database_url: str
) -> None:
    patient = people.patient()
    record(patient)
    client, other = stream(patient, follow=True), stream(people.patient(), follow=True)
    client.connected()
    other.connected()
    process, number = hub.current().process, told(patient)["number"]

    def order() -> None:
        orders.end_stream(process, number, by="operator")
        connection.close()

    with psycopg.connect(database_url) as writer, ThreadPoolExecutor(1) as operator:
        writer.execute("SELECT FROM events_streamhead WHERE patient_id = %s FOR NO KEY UPDATE", [patient.id])
        ordered = operator.submit(order)
        wait_until(lambda: waiters(writer.info.backend_pid))
        asked_at = reported_at(process)
        wait_until(lambda: reported_at(process) > asked_at, seconds=3)
        record(other.patient)
        assert other.next(seconds=2).position == 1
        assert not ordered.done()
        writer.rollback()
        ordered.result(10)
    assert client.until_done()[1]["reason"] == "timeout"


def waiters(process: int) -> int:
    """How many of the database's sessions wait for this one."""
    with connection.cursor() as asking:
        asking.execute("SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [process])
        found: int = asking.fetchone()[0]
        return found


def reported_at(process: Any) -> datetime:
    return ServerProcess.objects.get(pk=process).reported_at


def test_a_stream_that_is_gone_can_not_be_ended(people: People, stream: Any, told: Any) -> None:
    patient, operator = people.patient(), staff(*ORDERS)
    stream(patient, follow=True).connected()
    told(patient)
    answer = operator.post(f"{PAGE}{hub.current().process}/end/999999/", follow=True)
    assert "no process tells of it any more" in answer.content.decode()
    assert not recorded(operator, EventType.STREAM_END_ORDERED).exists()


@pytest.mark.parametrize("permissions", [(), (SEES,), SWITCHES])
def test_who_may_not_order_does_not(people: People, stream: Any, told: Any, permissions: tuple[str, ...]) -> None:
    patient = people.patient()
    stream(patient, follow=True).connected()
    number, client = told(patient)["number"], staff(*permissions)
    assert client.get(PAGE).status_code == (403 if SEES not in permissions else 200)
    for address in (f"end/{number}/", "drain/"):
        assert client.post(f"{PAGE}{hub.current().process}/{address}").status_code == 403
    if permissions != SWITCHES:
        assert client.post(f"{PAGE}streaming/off/").status_code == 403


def test_an_order_is_not_given_by_opening_its_address(told: Any) -> None:
    operator = staff(*ORDERS, *SWITCHES)
    for address in (f"{hub.current().process}/drain/", "streaming/off/"):
        assert operator.get(PAGE + address).status_code == 302
    assert not hub.current().draining
    assert Control.objects.get().streaming_off_since is None


def test_streaming_is_switched_off_and_on_for_everybody(people: People, stream: Any, server: Any) -> None:
    patient, operator = people.patient(), staff(*SWITCHES)
    client = stream(patient, follow=True)
    client.connected()
    try:
        operator.post(f"{PAGE}streaming/off/")
        assert client.until_done()[1]["reason"] == "disabled"
        assert f"by {operator.actor}" in operator.get(PAGE).content.decode()

        def refused() -> StreamClient:
            return StreamClient(server.url, patient, people.patient_headers(patient)).open()

        assert refused().json()["errors"][0]["reason"] == "disabled"
        path = f"{server.url}/api/v1/patients/{patient.id}/events/stream"
        assert httpx.head(path, headers=people.patient_headers(patient)).status_code == 503
    finally:
        operator.post(f"{PAGE}streaming/on/")
        wait_until(lambda: not hub.current().switched_off)
    stream(patient).connected()
    said = recorded(operator, EventType.STREAMING_SWITCHED).order_by("created_at")
    assert [fact.payload["streaming"] for fact in said] == ["off", "on"]


@pytest.mark.timeout(120)
def test_a_drained_process_sends_its_streams_elsewhere(people: People, process_server: Any, told: Any) -> None:
    patient = people.patient()
    with process_server() as elsewhere:
        client = elsewhere.stream(people, patient, follow=True)
        client.connected()
        orders.watch(patient_id=patient.id)
        name = f":{elsewhere.pid}"

        def process() -> Any:
            return ServerProcess.objects.filter(name__endswith=name, open_streams=1).first()

        operator = staff(*ORDERS)
        operator.post(f"{PAGE}{wait_until(process).pk}/drain/")
        assert client.until_done()[1]["reason"] == "draining"
        late = elsewhere.stream(people, patient).open()
        assert late.json()["errors"][0]["reason"] == "draining"
        assert recorded(operator, EventType.PROCESS_DRAIN_ORDERED).get().payload["process"].endswith(name)


@pytest.mark.timeout(120)
def test_a_stream_of_another_process_is_ended_there_and_comes_back(people: People, process_server: Any) -> None:
    patient, operator = people.patient(), staff(*ORDERS)
    # Only the bell is as quick as this: a round of its own accord comes after half a minute.
    with process_server(SSE_POLL_SECONDS="30") as elsewhere:
        client = elsewhere.stream(people, patient, follow=True)
        other = elsewhere.stream(people, people.patient(), follow=True)
        client.connected()
        other.connected()
        orders.watch(patient_id=patient.id)

        def found() -> tuple[ServerProcess, int] | None:
            process = ServerProcess.objects.filter(name__endswith=f":{elsewhere.pid}").first()
            told = process.streams if process else []
            return next(((process, one["number"]) for one in told if one["patient_id"] == patient.id), None)

        process, number = wait_until(found)
        operator.post(f"{PAGE}{process.pk}/end/{number}/")
        _, done = client.until_done()
        assert (done["reason"], done["reconnect"]) == ("timeout", True)
        fact = recorded(operator, EventType.STREAM_END_ORDERED).get()
        assert (fact.patient_id, fact.payload) == (patient.id, {"process": process.name, "stream": number})
        back = client.again(follow=True)
        back.connected()
        for stream in (back, other):
            record(stream.patient)
            assert stream.next().position == 1


@pytest.mark.timeout(120)
def test_streaming_is_switched_off_and_on_in_another_process(people: People, server: Any, process_server: Any) -> None:
    patient, operator = people.patient(), staff(*SWITCHES)
    with process_server(SSE_POLL_SECONDS="30") as elsewhere:
        client = elsewhere.stream(people, patient, follow=True)
        client.connected()
        try:
            operator.post(f"{PAGE}streaming/off/")
            _, done = client.until_done()
            assert (done["reason"], done["reconnect"]) == ("disabled", False)
            refused = elsewhere.stream(people, patient).open()
            assert (refused.status, refused.json()["errors"][0]["reason"]) == (503, "disabled")
        finally:
            operator.post(f"{PAGE}streaming/on/")
            wait_until(lambda: not hub.current().switched_off)
        wait_until(lambda: elsewhere.stream(people, patient).open().status == 200)


def test_administrative_facts_are_recorded_only(database: None) -> None:
    kinds = ("stream_end_ordered", "process_drain_ordered", "streaming_switched", "log_epoch_begun")
    assert not Event.objects.filter(event_type__in=kinds, position__isnull=False).exists()
    assert {kind for kind in kinds if kind in set(EventType)} == set(kinds)
