"""Redis may be away or hang: a writer neither waits for it nor fails, and the log is told once."""

from __future__ import annotations

import logging
import time

import pytest

from bench.ports import free_port
from events import wakeup
from events.wakeup import ringer as ringers
from events.wakeup.bell import CHANNEL
from events.wakeup.redis import RedisBell
from events.wakeup.ringer import WAITING, Ringer
from tests.facts import positions, record
from tests.waiting import wait_until
from tests.wide.mute_server import MuteServer


@pytest.fixture
def mute(monkeypatch):
    monkeypatch.setattr(ringers, "PATIENCE_SECONDS", 0.1)
    with MuteServer() as server:
        yield server


def ringer_to(port: int, **options) -> Ringer:
    return Ringer(f"redis://127.0.0.1:{port}/0", CHANNEL, **options)


def seconds_for(rings: int, ringer: Ringer) -> float:
    began = time.monotonic()
    for _ in range(rings):
        ringer.ring("[]")
    return time.monotonic() - began


def test_a_thousand_rings_to_a_redis_that_hangs_take_no_time(mute):
    assert seconds_for(1000, ringer_to(mute.port)) < 0.5


def test_a_thousand_rings_to_a_redis_that_is_away_take_no_time():
    assert seconds_for(1000, ringer_to(free_port())) < 0.5


def test_a_fact_is_recorded_though_its_bell_hangs(people, mute, monkeypatch):
    bell = RedisBell(f"redis://127.0.0.1:{mute.port}/0")
    monkeypatch.setattr(wakeup, "bell", lambda: bell)
    patient = people.patient()
    began = time.monotonic()
    for _ in range(20):
        record(patient)
    assert time.monotonic() - began < 3
    assert positions(patient) == list(range(1, 21))


def test_of_more_rings_than_may_wait_the_later_are_dropped(mute, monkeypatch):
    monkeypatch.setattr(ringers, "PATIENCE_SECONDS", 30)
    ringer = ringer_to(mute.port)
    ringer.ring("[]")
    wait_until(lambda: mute.connections() == 1)  # the thread has taken one, and waits for its answer
    for _ in range(WAITING + 7):
        ringer.ring("[]")
    assert ringer.dropped == 7


def test_after_a_failure_nothing_is_tried_for_a_second(mute):
    now = [100.0]
    ringer = ringer_to(mute.port, clock=lambda: now[0])
    ringer.ring("[]")
    wait_until(lambda: ringer.dropped == 1)
    tried = mute.connections()
    now[0] += ringers.PAUSE_SECONDS - 0.1
    ringer.ring("[]")
    assert (ringer.dropped, mute.connections()) == (2, tried)
    now[0] += 0.2
    ringer.ring("[]")
    wait_until(lambda: mute.connections() > tried)


def test_what_waited_behind_a_failure_is_dropped_with_it(mute):
    ringer = ringer_to(mute.port)
    for _ in range(5):
        ringer.ring("[]")
    wait_until(lambda: ringer.dropped == 5)
    assert mute.connections() == 1


def test_a_redis_that_is_away_is_told_once_and_without_its_password(caplog):
    ringer = Ringer(f"redis://:hunter2@127.0.0.1:{free_port()}/0", CHANNEL, clock=iter(range(0, 10_000, 10)).__next__)
    with caplog.at_level(logging.INFO):
        for count in range(1, 4):
            ringer.ring("[]")
            wait_until(lambda count=count: ringer.dropped == count)
    assert len(caplog.records) == 1
    assert "redis_away" in caplog.text
    assert "hunter2" not in caplog.text


def test_leaving_waits_no_longer_than_a_publication_may_take(mute):
    ringer = ringer_to(mute.port)
    ringer.ring("[]")
    began = time.monotonic()
    ringer.settle()
    assert time.monotonic() - began < 1


def test_leaving_without_ever_having_rung_is_nothing():
    ringer_to(free_port()).settle()
