"""What is waited for, and for how long; with connections that only write down what becomes of them."""

from __future__ import annotations

import asyncio

import pytest

from curaway import arrivals
from curaway.arrivals import NOTHING, TIMED_OUT, TOO_LARGE, Arrivals


class Client:
    """A connection that is late when the application has taken everything."""

    def __init__(self, *, owes: bool = True) -> None:
        self.owes = owes
        self.told: list[bytes] = []

    def waits_for_client(self) -> bool:
        return self.owes

    def cut(self, status: bytes) -> None:
        self.told.append(status)


@pytest.fixture
async def waiting(monkeypatch: pytest.MonkeyPatch) -> Arrivals:
    monkeypatch.setattr(arrivals, "HEAD_SECONDS", 0.0)
    monkeypatch.setattr(arrivals, "PAUSE_SECONDS", 0.0)
    return Arrivals(room=2)


async def test_one_that_said_nothing_is_told_nothing(waiting: Arrivals) -> None:
    silent, half = Client(), Client()
    for client in (silent, half):
        waiting.await_head(client)
    waiting.count(half, 10, before=waiting.part(half))
    waiting.look()
    assert (silent.told, half.told) == ([NOTHING], [TIMED_OUT])


async def test_a_body_that_the_application_has_not_taken_is_waited_for_again(waiting: Arrivals) -> None:
    slow, waits = Client(), Client(owes=False)
    for client in (slow, waits):
        waiting.await_body(client)
    waiting.look()
    assert (slow.told, waits.told) == ([TIMED_OUT], [])
    assert waits in waiting.bodies


async def test_who_owes_nothing_is_never_late(waiting: Arrivals) -> None:
    client = Client()
    waiting.await_head(client)
    waiting.forget(client)
    waiting.look()
    assert client.told == []


async def test_a_head_grows_to_its_limit_and_not_beyond(waiting: Arrivals) -> None:
    client = Client()
    waiting.await_head(client)
    waiting.count(client, arrivals.PART_BYTES, before=waiting.part(client))
    assert client.told == []
    waiting.count(client, 1, before=waiting.part(client))
    assert client.told == [TOO_LARGE]


async def test_of_too_many_bytes_the_largest_part_goes(waiting: Arrivals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "ALL_PARTS_BYTES", 100)
    small, large, newest = Client(), Client(), Client()
    for client, size in ((small, 20), (large, 60), (newest, 30)):
        waiting.await_head(client)
        waiting.count(client, size, before=waiting.part(client))
    assert (small.told, large.told, newest.told) == ([], [TOO_LARGE], [])
    waiting.count(small, 50, before=waiting.part(small))
    assert (small.told, newest.told) == ([], [])


async def test_the_pieces_of_a_body_are_not_kept_and_not_counted(waiting: Arrivals) -> None:
    client = Client()
    for _ in range(3):
        before = waiting.part(client)
        waiting.await_body(client)
        waiting.count(client, arrivals.PART_BYTES, before=before)
    assert client.told == []
    # What is behind the last piece, and is no piece, is.
    waiting.count(client, arrivals.PART_BYTES + 1, before=waiting.part(client))
    assert client.told == [TOO_LARGE]


async def test_beyond_the_room_the_oldest_that_owes_its_head_goes(waiting: Arrivals) -> None:
    first, second = Client(), Client()
    for client in (first, second):
        waiting.await_head(client)
    waiting.make_room(2)
    assert (first.told, second.told) == ([], [])
    waiting.make_room(3)
    assert (first.told, second.told) == ([NOTHING], [])


async def test_it_looks_by_itself_while_there_is_anybody(waiting: Arrivals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "LOOK_SECONDS", 0.01)
    client = Client()
    waiting.await_head(client)
    while not client.told:
        await asyncio.sleep(0.01)
    assert client.told == [NOTHING]
