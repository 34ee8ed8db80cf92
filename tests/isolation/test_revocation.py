"""Whoever loses a right loses their open streams with it: within two seconds, in every process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from django.db import connection

from events import wakeup
from events.testing import StreamClient
from patients import live
from patients.services.access import quarantine_patient, remove_member
from tests.facts import record
from tests.people import People
from tests.servers import ProcessServer

APOLLO = "tenant-apollo-001"
UNHEARD = "30"
"""Seconds between rounds: what ends within two was told by the bell."""


@pytest.fixture(scope="module")
def three(database: None) -> Iterator[list[ProcessServer]]:
    """Three processes on one database."""
    of = connection.settings_dict
    url = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    with ExitStack() as stack:
        made = [ProcessServer(database=url, SSE_POLL_SECONDS=UNHEARD) for _ in range(3)]
        yield [stack.enter_context(server) for server in made]


def opened(servers: list[ProcessServer], patient: Any, headers: dict[str, str], each: int = 3) -> list[StreamClient]:
    """Streams in every process, past their first frame."""
    clients = [StreamClient(one.url, patient, headers, follow=True) for one in servers for _ in range(each)]
    for client in clients:
        client.connected()
    return clients


def ends(clients: list[StreamClient], since: float) -> set[tuple[str, bool]]:
    """How all of them end, within two seconds of `since`; none is sent anything before."""
    heard = [client.until_done(seconds=10) for client in clients]
    assert time.monotonic() - since < 2
    assert all(frames == [] for frames, _ in heard)
    return {(done["reason"], done["reconnect"]) for _, done in heard}


def test_a_removed_member_loses_every_stream_and_nobody_else_does(three: list[ProcessServer], people: People) -> None:
    patients = [people.patient(tenant=APOLLO) for _ in range(2)]
    leaving = people.coordinator_headers(APOLLO, subject=f"user_leaves_{patients[0].id}")
    staying = people.coordinator_headers(APOLLO, subject=f"user_stays_{patients[0].id}")
    lost = [client for patient in patients for client in opened(three, patient, leaving)]
    kept = opened(three, patients[0], staying, each=1) + opened(
        three, patients[0], people.patient_headers(patients[0]), 1
    )
    began = time.monotonic()
    assert remove_member(tenant_id=APOLLO, subject=f"user_leaves_{patients[0].id}")
    assert ends(lost, began) == {("revoked", False)}
    for server in three:
        refused = httpx.get(f"{server.url}/api/v1/patients/{patients[0].id}/events/stream", headers=leaving)
        assert refused.status_code == 403
    # Those who stay are asked about as well, and go on hearing.
    record(patients[0])
    assert [client.take(1)[0].position for client in kept] == [1] * len(kept)
    for client in kept:
        client.close()


def test_a_quarantined_patient_loses_their_own_and_everybodys(three: list[ProcessServer], people: People) -> None:
    patient = people.patient(tenant=APOLLO)
    carer = people.coordinator_headers(APOLLO, subject=f"user_cares_{patient.id}")
    clients = opened(three, patient, people.patient_headers(patient)) + opened(three, patient, carer)
    began = time.monotonic()
    quarantine_patient(tenant_id=APOLLO, patient_id=patient.id)
    assert ends(clients, began) == {("revoked", False)}


def test_a_member_who_comes_back_with_a_lesser_role_loses_what_the_former_one_opened(
    three: list[ProcessServer], people: People
) -> None:
    patient = people.patient(tenant=APOLLO)
    subject = f"user_lesser_{patient.id}"
    clients = opened(three, patient, people.coordinator_headers(APOLLO, subject=subject))
    token = people.issuer.token(subject, organization="org_tenant_apollo_001", role="billing")
    began = time.monotonic()
    answer = httpx.get(f"{three[0].url}/api/v1/patients/{patient.id}", headers=people.headers(token, APOLLO))
    assert answer.status_code == 403
    assert ends(clients, began) == {("revoked", False)}


def test_a_stream_that_was_on_its_way_when_the_right_went_ends_as_well(
    server: Any, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = people.patient(tenant=APOLLO)
    subject = f"user_on_the_way_{patient.id}"
    headers = people.coordinator_headers(APOLLO, subject=subject)
    early = opened([server], patient, headers, each=1)
    past_the_gate, go_on = threading.Event(), threading.Event()
    snapshot_for = live.snapshot_for

    def held(*asked: Any) -> Any:
        past_the_gate.set()
        assert go_on.wait(10)
        return snapshot_for(*asked)

    monkeypatch.setattr(live, "snapshot_for", held)
    late = StreamClient(server.url, patient, headers, follow=True)
    assert past_the_gate.wait(10)
    began = time.monotonic()
    assert remove_member(tenant_id=APOLLO, subject=subject)
    # The round that the removal asked for has been made, and did not see the late one.
    assert ends(early, began) == {("revoked", False)}
    began = time.monotonic()
    go_on.set()
    late.connected()
    assert ends([late], began) == {("revoked", False)}


def test_when_the_bell_is_lost_the_next_round_finds_it_in_the_log(
    process_server: Any, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = people.patient(tenant=APOLLO)
    subject = f"user_unheard_{patient.id}"
    headers = people.coordinator_headers(APOLLO, subject=subject)
    with process_server(SSE_POLL_SECONDS="1", SSE_ACCESS_SECONDS="30") as server:
        clients = opened([server], patient, headers)
        monkeypatch.setattr(wakeup, "ring", lambda _: None)
        began = time.monotonic()
        assert remove_member(tenant_id=APOLLO, subject=subject)
        assert ends(clients, began) == {("revoked", False)}
