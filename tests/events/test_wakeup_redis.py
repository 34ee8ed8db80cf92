"""Redis as the bell: what happens when it dies, hangs, and returns."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator

import httpx
import pytest

from events import wakeup
from events.hub import Hub
from events.stream_settings import StreamSettings
from events.wakeup import redis as over_redis
from events.wakeup.redis import RedisAway, RedisBell
from tests.facts import record
from tests.waiting import wait_until
from tests.wide.carriers import OverRedis
from tests.wide.redis_server import RedisServer

pytestmark = pytest.mark.needs("redis-server")

POLL = 0.5
SLOWEST = POLL + 3
"""The promise without a bell, and a busy machine's share."""


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def bell(redis, monkeypatch) -> RedisBell:
    """What this process's writers ring."""
    made = RedisBell(redis.url)
    monkeypatch.setattr(wakeup, "bell", lambda: made)
    return made


@pytest.fixture
def server(redis, process_server):
    """A process that hears it, and polls often."""
    with process_server(EVENTS_WAKEUP_URL=redis.url, SSE_POLL_SECONDS=str(POLL)) as running:
        yield running


def wakeups(server) -> tuple[int, str]:
    answer = httpx.get(f"{server.url}/ready", timeout=10)
    return answer.status_code, answer.json()["checks"]["wakeups"]


def test_while_redis_is_dead_events_are_heard_by_the_poll_and_readiness_says_so(people, redis, bell, server):
    patient = people.patient()
    client = server.stream(people, patient, follow=True)
    client.connected()
    assert wakeups(server) == (200, "ok")
    redis.kill()
    wait_until(lambda: wakeups(server) == (200, RedisBell.when_silent))
    for number in (1, 2, 3):
        began = time.monotonic()
        record(patient)
        assert client.next().position == number
        assert time.monotonic() - began < SLOWEST
    redis.start()
    wait_until(lambda: wakeups(server) == (200, "ok"))
    record(patient)
    assert client.next().position == 4
    client.close()


def test_while_redis_hangs_writers_and_readers_go_on(people, redis, bell, server):
    patient = people.patient()
    client = server.stream(people, patient, follow=True)
    client.connected()
    redis.freeze()
    began = time.monotonic()
    for _ in range(50):
        record(patient)
    assert time.monotonic() - began < SLOWEST
    assert [frame.position for frame in client.take(50)] == list(range(1, 51))
    redis.thaw()
    record(patient)
    assert client.next().position == 51
    client.close()


def test_a_redis_that_hangs_is_noticed_by_who_listens(redis, monkeypatch):
    monkeypatch.setattr(over_redis, "QUIET_SECONDS", 0.2)
    monkeypatch.setattr(over_redis, "ANSWER_SECONDS", 0.2)

    async def listening():
        task, listens = None, asyncio.Event()
        task = asyncio.create_task(RedisBell(redis.url).listen(lambda _: None, listens.set))
        await asyncio.wait_for(listens.wait(), 10)
        # It has asked at least once by now, and was answered.
        assert await asyncio.wait({task}, timeout=1) == (set(), {task})
        redis.freeze()
        await asyncio.wait_for(task, 10)

    with pytest.raises(RedisAway, match="no answer"):
        asyncio.run(listening())


def test_a_hub_says_once_that_redis_has_gone_and_once_that_it_is_back(redis, bell, caplog):
    hub = Hub(StreamSettings(poll_seconds=0.1))

    async def outage():
        hub.start()
        await until(lambda: hub.listening)
        redis.kill()
        await until(lambda: not hub.listening)
        await asyncio.sleep(1.5)  # it tries again and again
        redis.start()
        await until(lambda: hub.listening)
        await hub.stop()

    with caplog.at_level(logging.INFO):
        asyncio.run(outage())
    said = [record.getMessage() for record in caplog.records if "wakeups" in record.getMessage()]
    assert [("wakeups_interrupted" in line, "wakeups_back" in line) for line in said] == [(True, False), (False, True)]


async def until(true) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def test_a_ring_after_redis_was_restarted_is_sent(redis, bell):
    for number in range(3):
        with OverRedis(redis).witness("") as rung:
            bell.ring(f"ring {number}")
            assert rung() == [f"ring {number}"]
        redis.kill()
        redis.start()
