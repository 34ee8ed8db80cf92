"""No event is lost, doubled or reordered: clients that drop and resume at random against writers that race.

Each example is a program of interleaved steps, run against the real server and the real database.
"""

from __future__ import annotations

import random
import threading
import time

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from events import wakeup
from events.testing import StreamClient, StreamEnded
from tests.facts import positions, record, record_many

WRITERS = 8
CLIENTS = 4


class Listener:
    """A client that goes away and comes back at random, and keeps what it heard."""

    def __init__(self, open_stream, patient, seed: int) -> None:
        self.heard: list[int] = []
        self.drops = 0
        self._open = open_stream
        self._patient = patient
        self._draw = random.Random(seed)
        self.fault: BaseException | None = None

    def listen(self, expected: int, deadline: float) -> None:
        try:
            while len(self.heard) < expected and time.monotonic() < deadline:
                self._one_connection(expected, deadline)
        except BaseException as fault:
            self.fault = fault

    def _one_connection(self, expected: int, deadline: float) -> None:
        client: StreamClient = self._open(self._patient, last_event_id=self.heard[-1] if self.heard else 0)
        facts = client.connected()
        assert facts["resumed"] is True
        assert facts["position"] == (self.heard[-1] if self.heard else 0)
        patience = self._draw.randint(1, 20)
        try:
            while len(self.heard) < expected and patience > 0:
                frame = client.next(max(0.1, deadline - time.monotonic()))
                if frame.event == "done":
                    return
                self.heard.append(frame.position)
                patience -= 1
        finally:
            self.drops += 1
            self._draw.choice([client.close, client.cut])()


@pytest.mark.parametrize("bell", ["heard", "lost"])
def test_eight_writers_and_dropping_clients_have_exactly_one_to_n(people, stream, monkeypatch, bell):
    if bell == "lost":
        monkeypatch.setattr(wakeup, "ring", lambda _: None)
    patient = people.patient()
    # Committed first, so that the clients know when they have everything.
    committed = _plan(seed=7)
    expected = sum(size for writer in committed for size, commits, _ in writer if commits)
    listeners = [Listener(stream, patient, seed) for seed in range(CLIENTS)]
    deadline = time.monotonic() + 60
    threads = [threading.Thread(target=one.listen, args=(expected, deadline)) for one in listeners]
    threads += [threading.Thread(target=_write, args=(patient, writer)) for writer in committed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert positions(patient) == list(range(1, expected + 1))
    assert [one.fault for one in listeners] == [None] * CLIENTS
    for one in listeners:
        assert one.heard == list(range(1, expected + 1))
    assert sum(one.drops for one in listeners) > CLIENTS


def _plan(seed: int) -> list[list[tuple[int, bool, float]]]:
    """Per writer: transactions of (events, whether it commits, seconds it stays open)."""
    draw = random.Random(seed)
    return [
        [(draw.randint(1, 3), draw.random() > 0.25, draw.random() / 100) for _ in range(25)] for _ in range(WRITERS)
    ]


def _write(patient, transactions) -> None:
    try:
        for size, commits, seconds in transactions:
            try:
                with transaction.atomic():
                    record_many(patient, size)
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(%s)", [seconds])
                    if not commits:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
    finally:
        connection.close()


class Journeys(RuleBasedStateMachine):
    """Two patients, three clients; every step may commit, roll back, open, drop, resume or read."""

    open_stream = None
    people = None

    @initialize()
    def begin(self):
        self.patients = [self.people.patient(consented=False) for _ in range(2)]
        self.recorded = {patient.id: 0 for patient in self.patients}
        self.clients: dict[int, tuple[object, StreamClient]] = {}
        self.heard: dict[tuple[int, str], list[int]] = {}

    @rule(which=st.integers(0, 1), size=st.integers(1, 3))
    def commit(self, which, size):
        patient = self.patients[which]
        with transaction.atomic():
            record_many(patient, size)
        self.recorded[patient.id] += size

    @rule(which=st.integers(0, 1), size=st.integers(1, 3))
    def roll_back(self, which, size):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record_many(self.patients[which], size)
            raise ZeroDivisionError

    @rule(number=st.integers(0, 2), which=st.integers(0, 1))
    def come_back(self, number, which):
        self._leave(number)
        patient = self.patients[which]
        heard = self.heard.setdefault((number, patient.id), [])
        client = self.open_stream(patient, last_event_id=heard[-1] if heard else 0, follow=True)
        assert client.connected()["resumed"] is True
        self.clients[number] = (patient, client)

    @precondition(lambda self: getattr(self, "clients", None))
    @rule(draw=st.randoms(use_true_random=False))
    def read_one(self, draw):
        number = draw.choice(sorted(self.clients))
        patient, client = self.clients[number]
        heard = self.heard[(number, patient.id)]
        if len(heard) < self.recorded[patient.id]:
            heard.append(client.next().position)

    @precondition(lambda self: getattr(self, "clients", None))
    @rule(draw=st.randoms(use_true_random=False))
    def drop(self, draw):
        self._leave(draw.choice(sorted(self.clients)))

    @invariant()
    def what_was_heard_is_dense(self):
        for heard in getattr(self, "heard", {}).values():
            assert heard == list(range(1, len(heard) + 1))

    def teardown(self):
        for number, (patient, client) in list(getattr(self, "clients", {}).items()):
            heard = self.heard[(number, patient.id)]
            while len(heard) < self.recorded[patient.id]:
                heard.append(client.next().position)
            assert heard == list(range(1, self.recorded[patient.id] + 1))
            self._leave(number)

    def _leave(self, number):
        if number in self.clients:
            self.clients.pop(number)[1].cut()


@pytest.mark.timeout(240)
def test_any_interleaving_of_commits_drops_and_resumes_is_heard_whole(people, stream):
    Journeys.people, Journeys.open_stream = people, staticmethod(stream)
    budget = settings(max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Journeys, settings=budget)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 10))
def test_whatever_the_cursor_and_whenever_it_opens_the_rest_follows(people, stream, before, cursor, after):
    patient = people.patient(consented=False)
    record_many(patient, before)
    client = stream(patient, last_event_id=cursor, follow=True)
    start = client.connected()["position"]
    assert start == (cursor if cursor <= before else before)
    record_many(patient, after)
    heard = [frame.position for frame in client.take(before - start + after)]
    assert heard == list(range(start + 1, before + after + 1))
    client.close()


def test_a_stream_that_opens_while_others_write_misses_nothing(people, stream):
    patient = people.patient()
    total, writing = 120, threading.Event()

    def write():
        try:
            for _ in range(total):
                record(patient)
                writing.set()
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    writing.wait(10)
    starts = []
    for _ in range(10):
        client = stream(patient, follow=True)
        starts.append((client, client.connected()["position"]))
    thread.join()
    for client, start in starts:
        try:
            heard = [frame.position for frame in client.take(total - start)]
        except StreamEnded as ended:
            raise AssertionError(f"ended after {start}") from ended
        assert heard == list(range(start + 1, total + 1))
