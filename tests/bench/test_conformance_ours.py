"""Our own server under the kit: what of it takes seconds; `make conformance` tries the rest."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from django.db import connection

from bench.conformance.address import address_of
from bench.conformance.check import Turn
from bench.conformance.kit import checks_for, failures, tried
from bench.conformance.target import Profile, Target
from bench.conformance.verdict import Outcome
from tests.facts import record_many
from tests.people import People
from tests.servers import ThreadServer

LEFT = ("heartbeats", "proxies", "leaving", "limits", "slow")
"""Groups that wait for long, start programs, or load the server."""


class Suite:
    """The suite's server; a patient per lane."""

    name, about, profile, lanes = "ours", "the suite's server", Profile.CURAWAY, 24

    def __init__(self, server: ThreadServer, people: People) -> None:
        self._url, self._people = server.url, people
        self._patients = [people.patient() for _ in range(self.lanes)]

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def target(self, lane: int) -> Target:
        patient = self._patients[lane]
        return Target(
            name=self.name,
            profile=self.profile,
            address=address_of(f"{self._url}/api/v1/patients/{patient.id}/events/stream?follow=true"),
            headers=self._people.patient_headers(patient),
            publish_here=partial(asyncio.to_thread, _record, patient),
            publishes_at_most=100,
        )


def _record(patient: Any, count: int) -> None:
    try:
        record_many(patient, count)
    finally:
        connection.close()


@pytest.fixture
def suite(server: ThreadServer, people: People) -> Suite:
    return Suite(server, people)


async def test_our_server_keeps_the_standards_and_its_contract(suite: Suite) -> None:
    checks = [check for check in checks_for(Profile.CURAWAY) if check.group not in LEFT and check.turn <= Turn.OWN]
    results = await tried(suite, checks, lambda _: None)
    assert [(one.check.name, one.verdict.why) for one in failures(results)] == []
    left = {one.check.name for one in results if one.verdict.outcome is Outcome.NOT_APPLICABLE}
    assert left == set()
