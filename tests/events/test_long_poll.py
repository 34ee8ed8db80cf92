"""The events as JSON, a page at a time or as soon as there is one: for clients that can not stream."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from events import hub, wakeup
from events.log import StreamKey
from patients.services.access import quarantine_patient, remove_member
from tests.facts import record, record_many
from tests.waiting import wait_until

APOLLO = "tenant-apollo-001"
WAITS = 200


class Reader:
    """Somebody who reads a patient's events."""

    def __init__(self, http: httpx.Client, patient: Any, headers: dict[str, str], pool: ThreadPoolExecutor) -> None:
        self.http, self.patient, self.headers, self.pool = http, patient, headers, pool

    def ask(self, **query: Any) -> httpx.Response:
        return self.http.get(f"/api/v1/patients/{self.patient.id}/events", params=query, headers=self.headers)

    def read(self, **query: Any) -> dict[str, Any]:
        answer = self.ask(**query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def positions(self, **query: Any) -> list[int]:
        return [event["position"] for event in self.read(**query)["events"]]

    def begin(self, **query: Any) -> Future[httpx.Response]:
        """Ask, and return once the server has begun to wait."""
        asked = self.pool.submit(self.ask, **query)
        wait_until(lambda: asked.done() or StreamKey(self.patient.tenant_id, self.patient.id) in hub.current().rooms)
        return asked


@pytest.fixture
def reader(http: httpx.Client, people: Any) -> Iterator[Callable[..., Reader]]:
    with ThreadPoolExecutor(4) as pool:
        yield lambda patient, headers=None: Reader(http, patient, headers or people.patient_headers(patient), pool)


class TestReading:
    def test_these_are_the_events_of_the_stream(self, people, reader, stream):
        patient = people.patient()
        record_many(patient, 3)
        streamed = stream(patient, after=0)
        streamed.connected()
        assert reader(patient).read() == {
            "events": [frame.data for frame in streamed.take(3)],
            "position": 3,
            "has_more": False,
        }

    def test_hard_texts_are_the_same_too(self, people, reader, stream):
        patient = people.patient()
        record(patient, 'a\u2028b\u0085c\r\nd "quoted" \U0001f9b4')
        streamed = stream(patient, after=0)
        streamed.connected()
        assert reader(patient).read()["events"] == [streamed.next().data]

    def test_without_events_the_page_is_empty(self, people, reader):
        assert reader(people.patient()).read() == {"events": [], "position": 0, "has_more": False}

    def test_pages_follow_each_other_by_position(self, people, reader):
        patient = people.patient()
        record_many(patient, 7)
        pages, after, has_more = [], 0, True
        while has_more:
            page = reader(patient).read(after=after, limit=3)
            pages.append([event["position"] for event in page["events"]])
            after, has_more = page["position"], page["has_more"]
        assert pages == [[1, 2, 3], [4, 5, 6], [7]]

    def test_a_page_that_ends_with_the_last_event_has_no_more(self, people, reader):
        patient = people.patient()
        record_many(patient, 3)
        assert reader(patient).read(limit=3)["has_more"] is False

    def test_a_hundred_events_are_a_page_unless_asked_otherwise(self, people, reader):
        patient = people.patient()
        record_many(patient, 101)
        page = reader(patient).read()
        assert (len(page["events"]), page["position"], page["has_more"]) == (100, 100, True)

    def test_a_page_of_large_events_is_cut_and_nothing_is_lost(self, people, reader):
        patient = people.patient()
        for _ in range(4):
            record(patient, "x" * 200_000)
        first = reader(patient).read()
        assert (first["position"], first["has_more"]) == (2, True)
        assert reader(patient).positions(after=2) == [3, 4]

    @pytest.mark.parametrize(
        "query",
        [
            {"after": "abc"},
            {"after": "-1"},
            {"after": "1.5"},
            {"after": str(2**63)},
            {"limit": "0"},
            {"limit": "501"},
            {"wait": "-1"},
            {"wait": "25.1"},
            {"wait": "nan"},
            {"wait": "inf"},
        ],
        ids=str,
    )
    def test_a_query_out_of_bounds_is_refused_by_name(self, people, reader, query):
        answer = reader(people.patient()).ask(**query)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"], error["field"]) == (422, "INTAKE_VALIDATION_001", *query)

    def test_the_bounds_themselves_are_accepted(self, people, reader):
        patient = people.patient()
        record(patient)
        assert reader(patient).read(after=2**63 - 1, limit=500)["events"] == []
        assert reader(patient).positions(wait=25, limit=1) == [1]


class TestWaiting:
    def test_who_waits_takes_no_place_of_a_stream(self, people, reader, stream, monkeypatch):
        patient = people.patient()
        one = replace(hub.current().settings, max_streams_per_patient=1)
        monkeypatch.setattr(hub.current(), "settings", one)
        asked = reader(patient).begin(wait=25)
        opened = stream(patient, follow=True)
        opened.connected()
        record(patient)
        assert opened.next().position == asked.result().json()["data"]["position"] == 1

    def test_an_event_ends_the_wait_at_once(self, people, reader):
        patient = people.patient()
        record(patient)
        waiting = reader(patient).begin(after=1, wait=20)
        began = time.monotonic()
        event = record(patient)
        page = waiting.result(10).json()["data"]
        assert time.monotonic() - began < 5
        assert [one["event_id"] for one in page["events"]] == [str(event.id)]
        assert page["position"] == 2

    def test_what_is_there_already_is_not_waited_for(self, people, reader):
        patient = people.patient()
        record(patient)
        began = time.monotonic()
        assert reader(patient).positions(after=0, wait=20) == [1]
        assert time.monotonic() - began < 5

    def test_without_an_event_the_page_is_empty_when_the_time_is_over(self, people, reader):
        patient = people.patient()
        record(patient)
        began = time.monotonic()
        assert reader(patient).read(after=1, wait=0.5) == {"events": [], "position": 1, "has_more": False}
        assert time.monotonic() - began >= 0.5

    def test_without_any_wakeup_the_poll_ends_the_wait(self, people, reader, monkeypatch):
        monkeypatch.setattr(wakeup, "ring", lambda _: None)
        patient = people.patient()
        waiting = reader(patient).begin(wait=20)
        record(patient)
        assert waiting.result(5).json()["data"]["position"] == 1

    def test_an_event_of_somebody_else_does_not(self, people, reader):
        patient, other = people.patient(), people.patient()
        waiting = reader(patient).begin(wait=1)
        record(other)
        assert waiting.result(10).json()["data"]["events"] == []

    def test_a_loop_of_waits_hears_every_event_once(self, people, reader):
        patient = people.patient()
        one = reader(patient)
        heard: list[int] = []
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(record_many, patient, 40)
            while len(heard) < 40:
                heard += one.positions(after=heard[-1] if heard else 0, limit=7, wait=10)
            writing.result()
        assert heard == list(range(1, 41))

    def test_a_position_the_log_never_reached_makes_no_stream_deaf(self, people, reader, stream):
        patient = people.patient()
        record(patient)
        waiting = reader(patient).begin(after=1000, wait=3)
        streamed = stream(patient, follow=True)
        streamed.connected()
        record(patient)
        assert streamed.next(seconds=2).position == 2
        assert waiting.result(10).json()["data"]["position"] == 2

    def test_a_position_beyond_the_log_is_answered_with_the_logs_own(self, people, reader):
        patient = people.patient()
        record(patient)
        assert reader(patient).read(after=1000) == {"events": [], "position": 1, "has_more": False}


class TestAccess:
    def test_a_stranger_is_refused_at_once(self, people, reader):
        patient, stranger = people.patient(), people.patient()
        answer = reader(patient, people.patient_headers(stranger)).ask(wait=20)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "PATIENT_NOT_FOUND_001")

    def test_a_coordinator_reads_the_patients_of_the_tenant(self, people, reader):
        patient = people.patient(tenant=APOLLO)
        record(patient)
        assert reader(patient, people.coordinator_headers(APOLLO)).positions() == [1]
        waiting = reader(patient, people.coordinator_headers(APOLLO)).begin(after=1, wait=20)
        record(patient)
        assert waiting.result(10).json()["data"]["position"] == 2

    def test_who_was_locked_out_while_waiting_is_told_nothing(self, people, reader):
        patient = people.patient()
        waiting = reader(patient).begin(wait=20)
        quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
        record(patient)
        answer = waiting.result(10)
        assert (answer.status_code, answer.json()["data"]) == (404, None)
        assert answer.json()["errors"][0]["code"] == "PATIENT_NOT_FOUND_001"

    def test_a_member_who_was_removed_while_waiting_is_told_nothing(self, people, reader):
        patient = people.patient()
        subject = f"user_nurse_{patient.id}"
        waiting = reader(patient, people.coordinator_headers(subject=subject)).begin(wait=20)
        remove_member(tenant_id=patient.tenant_id, subject=subject)
        record(patient)
        assert waiting.result(10).status_code == 404

    @pytest.mark.parametrize("locked_out", ["quarantined", "removed"])
    def test_who_is_locked_out_is_sent_away_at_once_and_leaves_nothing_behind(self, people, reader, locked_out):
        patient = people.patient()
        subject = f"user_nurse_{patient.id}"
        waiting = reader(patient, people.coordinator_headers(subject=subject)).begin(wait=25)
        began = time.monotonic()
        if locked_out == "quarantined":
            quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
        else:
            remove_member(tenant_id=patient.tenant_id, subject=subject)
        assert waiting.result(10).status_code == 404
        # Neither an event nor the end of the time has ended it.
        assert time.monotonic() - began < 10
        assert StreamKey(patient.tenant_id, patient.id) not in hub.current().rooms

    def test_who_may_still_look_goes_on_waiting_when_somebody_else_is_removed(self, people, reader):
        patient = people.patient()
        subject = f"user_nurse_{patient.id}"
        leaving = reader(patient, people.coordinator_headers(subject=subject)).begin(wait=20)
        staying = reader(patient).begin(wait=20)
        wait_until(lambda: len(hub.current().rooms[StreamKey(patient.tenant_id, patient.id)].listeners) == 2)
        remove_member(tenant_id=patient.tenant_id, subject=subject)
        assert leaving.result(10).status_code == 404
        assert not staying.done()
        record(patient)
        assert staying.result(10).json()["data"]["position"] == 1

    def test_who_is_locked_out_is_told_so_when_the_time_is_over_too(self, people, reader):
        patient = people.patient()
        waiting = reader(patient).begin(wait=1)
        quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
        assert waiting.result(10).status_code == 404


@pytest.mark.timeout(120)
def test_two_hundred_waits_hold_neither_a_thread_nor_a_connection(people, process_server, database_url):
    patient = people.patient()
    with process_server(DATABASE_URL=f"{database_url}?application_name=long-polls") as server:
        path = f"/api/v1/patients/{patient.id}/events"
        headers = people.patient_headers(patient)
        assert httpx.get(f"{server.url}{path}?wait=0.1", headers=headers).status_code == 200
        threads = server.threads()
        clients = [_asked(server.url, f"{path}?wait=25", headers) for _ in range(WAITS)]
        # Answered behind all of them: they are all waiting now.
        assert httpx.get(f"{server.url}{path}?wait=0.1", headers=headers, timeout=30).status_code == 200
        assert server.threads() - threads <= 2
        assert _connections(database_url) <= 4
        event = record(patient)
        for client in clients:
            assert [one["event_id"] for one in _answered(client)["data"]["events"]] == [str(event.id)]
        assert server.threads() - threads <= 2
        assert _connections(database_url) <= 4


def _asked(url: str, path: str, headers: dict[str, str]) -> socket.socket:
    where = urlsplit(url)
    client = socket.create_connection((where.hostname, where.port), timeout=30)
    lines = [f"GET {path} HTTP/1.1", f"Host: {where.netloc}", "Connection: close"]
    client.sendall("\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode())
    return client


def _answered(client: socket.socket) -> Any:
    with client, client.makefile("rb") as answer:
        return json.loads(answer.read().partition(b"\r\n\r\n")[2])


def _connections(database_url: str) -> int:
    with psycopg.connect(database_url) as asking:
        row = asking.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'long-polls'").fetchone()
    assert row is not None
    return int(row[0])
