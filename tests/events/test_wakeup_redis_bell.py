"""The bell over Redis by itself: who hears it, and what it makes of strangers and passwords."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from django.conf import settings

from events import wakeup
from events.wakeup.redis import RedisAway, RedisBell
from tests.events.test_wakeup_redis import until
from tests.facts import record
from tests.servers import ROOT
from tests.wide.carriers import OverRedis
from tests.wide.redis_server import RedisServer

pytestmark = pytest.mark.needs("redis-server")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


def test_a_password_is_used_and_a_wrong_one_costs_the_bell_alone(people, process_server, caplog):
    with RedisServer(password="hunter2") as redis:
        assert heard_by_itself(RedisBell(redis.url)) == ["hello"]
        wrong = redis.url.replace("hunter2", "hunter3")
        with pytest.raises(RedisAway) as refused:
            heard_by_itself(RedisBell(wrong))
        assert "hunter" not in str(refused.value)
        with process_server(EVENTS_WAKEUP_URL=wrong, SSE_POLL_SECONDS="0.5") as server:
            ready = httpx.get(f"{server.url}/ready", timeout=10)
            assert (ready.status_code, ready.json()["checks"]["wakeups"]) == (200, RedisBell.when_silent)
    assert "hunter" not in caplog.text


def heard_by_itself(bell: RedisBell) -> list[str]:
    heard: list[str] = []

    async def ring_and_hear() -> None:
        done = asyncio.Event()

        def hear(message: str) -> None:
            heard.append(message)
            done.set()

        listening = asyncio.create_task(bell.listen(hear, lambda: bell.ring("hello")))
        finished = asyncio.create_task(done.wait())
        await asyncio.wait({listening, finished}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        finished.cancel()
        listening.cancel()
        try:
            await listening
        except asyncio.CancelledError:
            pass

    asyncio.run(ring_and_hear())
    return heard


def test_a_command_that_ends_at_once_has_rung(people, redis, database_url):
    patient = people.patient()
    record(patient)
    environment = {**os.environ, "DATABASE_URL": database_url, "EVENTS_WAKEUP_URL": redis.url}
    with OverRedis(redis).witness("") as rung:
        subprocess.run(
            [sys.executable, "manage.py", "emit_test_event", "--patient", patient.id],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            timeout=60,
        )
        assert [message for message in rung() if patient.id in message] == [
            f'["Grown", "{patient.tenant_id}", "{patient.id}", 2]'
        ]


def test_rings_that_are_not_text_do_not_interrupt_hearing(redis):
    bell = RedisBell(redis.url)
    heard: list[str] = []

    async def hear_a_stranger() -> None:
        listens = asyncio.Event()
        task = asyncio.create_task(bell.listen(heard.append, listens.set))
        await asyncio.wait_for(listens.wait(), 10)
        from redis import Redis

        with Redis(port=redis.port) as stranger:
            stranger.publish(bell.channel, b"\xff\xfe")
        bell.ring("after it")
        await until(lambda: len(heard) == 2)
        task.cancel()

    asyncio.run(hear_a_stranger())
    assert heard[1] == "after it"
    assert wakeup.rings.decode(heard[0]) is None


def test_two_installations_on_one_redis_do_not_hear_each_other(redis):
    def bell_number(number: int) -> RedisBell:
        url = redis.url.removesuffix("0") + str(number)
        return wakeup.bell_of(replace(settings.ENVIRONMENT, EVENTS_WAKEUP_URL=url))

    one, other = bell_number(1), bell_number(2)
    heard: list[str] = []

    async def listen_to_one() -> None:
        listens = asyncio.Event()
        task = asyncio.create_task(one.listen(heard.append, listens.set))
        await asyncio.wait_for(listens.wait(), 10)
        other.ring("theirs")
        one.ring("ours")
        await until(lambda: heard)
        await asyncio.sleep(0.2)  # theirs would have come by now
        task.cancel()

    asyncio.run(listen_to_one())
    assert heard == ["ours"]
