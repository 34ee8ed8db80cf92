"""Limits and promises hold for all processes together, not for each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import httpx
import pytest

from events.models import Event
from tests.people import SHARED

NAMES = {"first_name": "Ana", "last_name": "Ruiz"}


@pytest.fixture(scope="module")
def two(database) -> Iterator[tuple[str, str]]:
    """Two processes on one database; five writes a minute and caller."""
    from django.db import connection

    from tests.servers import ProcessServer

    of = connection.settings_dict
    url = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    with (
        ProcessServer(database=url, RATE_LIMIT_WRITES="5") as one,
        ProcessServer(database=url, RATE_LIMIT_WRITES="5") as other,
    ):
        yield one.url, other.url


def change(url, people, patient, country="GB", **headers):
    return httpx.put(
        f"{url}/api/v1/patients/{patient.id}",
        headers={**people.patient_headers(patient), **headers},
        json={"country": country},
        timeout=30,
    )


def changes_of(patient):
    return Event.objects.filter(patient_id=patient.id, event_type="patient_updated").count()


def test_writes_are_counted_in_all_processes_together(two, people):
    patient = people.patient()
    if time.time() % 60 > 50:
        time.sleep(11)  # the minute must not end between them
    answers = [change(url, people, patient) for url, _ in zip(cycle(two), range(7), strict=False)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers[5:])


def test_of_many_writes_at_once_no_process_lets_more_through(two, people):
    patient = people.patient()
    if time.time() % 60 > 50:
        time.sleep(11)
    with ThreadPoolExecutor(10) as many:
        answers = list(many.map(lambda number: change(two[number % 2], people, patient), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 5


def test_neither_another_caller_nor_another_tenant_is_counted_with_them(two, people):
    patient, other, abroad = people.patient(), people.patient(), people.patient(tenant="tenant-apollo-001")
    if time.time() % 60 > 50:
        time.sleep(11)
    answers = [change(url, people, patient) for url, _ in zip(cycle(two), range(6), strict=False)]
    assert answers[-1].status_code == 429
    others = [
        (patient, people.coordinator_headers()),
        (other, people.patient_headers(other)),
        (abroad, people.patient_headers(abroad)),
        (abroad, people.coordinator_headers(abroad.tenant_id, subject="user_nurse_abroad")),
    ]
    for url in two:
        assert [change(url, people, whose, **headers).status_code for whose, headers in others] == [200] * 4


def test_another_process_replays_the_first_answer(two, people):
    patient, key = people.patient(), {"X-Idempotency-Key": "key-replayed"}
    first, again = (change(url, people, patient, **key) for url in two)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert (again.content, changes_of(patient)) == (first.content, 1)


def test_another_process_knows_that_the_key_is_taken(two, people):
    patient, key = people.patient(), {"X-Idempotency-Key": "key-taken"}
    change(two[0], people, patient, "GB", **key)
    refused = change(two[1], people, patient, "US", **key)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "IDEMPOTENCY_CONFLICT_001")


def test_one_write_sent_to_both_at_once_has_one_effect(two, people):
    token = people.issuer.token("user_registers_in_two_places")
    headers = {**people.headers(token), "X-Idempotency-Key": "key-at-once"}

    def register(url):
        return httpx.post(f"{url}/api/v1/patients", headers=headers, json=NAMES, timeout=30)

    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(register, (*two, *two)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.json()["data"]["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert Event.objects.filter(tenant_id=SHARED, patient_id=made.pop(), event_type="patient_registered").count() == 1
