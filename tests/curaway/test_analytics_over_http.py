"""What PostHog is told by a server in use: how its streams fared, and nothing about people."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from tests.doubles import PostHogDouble
from tests.facts import record
from tests.waiting import wait_until

TENANT = "tenant-curaway-patients"
OURS = {"tenant", "resumed", "reset", "reason", "duration_seconds", "events"}


@pytest.fixture(scope="module")
def posthog() -> Iterator[PostHogDouble]:
    with PostHogDouble() as double:
        yield double


@pytest.fixture
def measured(process_server, posthog):
    """A server that tells PostHog."""
    posthog.requests.clear()
    with process_server(POSTHOG_API_KEY="phc_test", POSTHOG_HOST=posthog.url) as server:
        yield server


def told(posthog: PostHogDouble, count: int) -> list[dict[str, Any]]:
    """The first `count` events, as (name, what we say in it)."""
    wait_until(lambda: len(posthog.events) >= count, seconds=15)
    return [
        {"event": event["event"], **{name: value for name, value in event["properties"].items() if name in OURS}}
        for event in posthog.events
    ]


@pytest.mark.timeout(120)
def test_a_visit_a_return_and_their_ends_are_told_in_the_tenants_name(people, measured, posthog):
    patient = people.patient(email="maria.lopez@example.org", phone="+34600111222", country="ES")
    record(patient, "knee-of-maria.pdf")

    first = measured.stream(people, patient, follow=True, extra_headers={"X-Correlation-ID": "corr-measured"})
    first.connected()
    record(patient, "knee-of-maria.pdf")
    first.next()
    first.close()
    told(posthog, 2)

    _, done = measured.stream(people, patient, last_event_id=0).open().until_done()
    assert done["reason"] == "idle"
    ahead = measured.stream(people, patient, last_event_id=99)
    ahead.connected()
    ahead.close()

    connected, left, resumed, ended, *_ = facts = told(posthog, 6)
    assert connected == {"event": "sse_connected", "tenant": TENANT, "resumed": False, "reset": None}
    assert (left["event"], left["reason"], left["events"], left["tenant"]) == ("sse_disconnected", "client", 1, TENANT)
    assert left["duration_seconds"] >= 0
    assert resumed == {"event": "sse_reconnected", "tenant": TENANT, "resumed": True, "reset": None}
    assert (ended["event"], ended["reason"], ended["events"]) == ("sse_disconnected", "idle", 2)
    assert {"event": "sse_reconnected", "tenant": TENANT, "resumed": False, "reset": "ahead"} in facts
    assert {event["distinct_id"] for event in posthog.events} == {f"tenant:{TENANT}"}

    _check_nobody_is_named(posthog, patient)


def _check_nobody_is_named(posthog: PostHogDouble, patient: Any) -> None:
    personal = (patient.id, patient.subject, "maria", "34600111222", "user_", "corr-measured", "127.0.0.1")
    for request in posthog.requests:
        sent = (gzip.decompress(request.body).decode() + repr(request.headers)).replace(posthog.url[7:], "")
        assert [word for word in personal if word.lower() in sent.lower()] == []


@pytest.mark.timeout(120)
def test_what_was_not_sent_yet_is_sent_when_the_server_leaves(people, process_server, posthog):
    posthog.requests.clear()
    with process_server(POSTHOG_API_KEY="phc_test", POSTHOG_HOST=posthog.url) as server:
        client = server.stream(people, people.patient(), follow=True)
        client.connected()
        server.terminate()
        client.until_done()
        server.process.wait(10)
    assert [(event["event"], event["properties"].get("reason")) for event in posthog.events] == [
        ("sse_connected", None),
        ("sse_disconnected", "draining"),
    ]


@pytest.mark.timeout(60)
def test_a_posthog_that_does_not_answer_delays_nobody(people, process_server):
    with process_server(POSTHOG_API_KEY="phc_test", POSTHOG_HOST="http://127.0.0.1:9") as server:
        patient = people.patient()
        client = server.stream(people, patient, follow=True)
        client.connected()
        record(patient)
        assert client.next(seconds=3).position == 1
        client.close()
