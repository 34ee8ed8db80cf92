"""The network of a chaos run does what it notes: it tears frames, slows, delivers twice, late, and loses answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bench.chaos import notes
from bench.chaos.notes import Notebook
from bench.chaos.wire import Wire

FRAME = b"event: note\nid: 1\ndata: " + b"x" * 400 + b"\n\n"
CALLBACK = b"POST /webhooks/qstash/notification HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Worker:
    """Says one frame after another to whoever greets it, and answers whoever posts."""

    def __init__(self) -> None:
        self.posted: list[bytes] = []
        self.pause = 0.02
        self._over = asyncio.Event()
        self._serving: set[asyncio.Future[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.current_task())  # type: ignore[arg-type]
        first = await reader.read(65536)
        try:
            if first.startswith(b"POST"):
                self.posted.append(first)
                writer.write(ANSWER)
                await writer.drain()
            else:
                await self._say_on(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _say_on(self, writer: asyncio.StreamWriter) -> None:
        while not self._over.is_set():
            writer.write(FRAME)
            await writer.drain()
            try:
                await asyncio.wait_for(self._over.wait(), self.pause)
            except TimeoutError:
                pass

    async def end(self) -> None:
        self._over.set()
        await asyncio.gather(*self._serving)


class Network:
    """A worker behind a wire, and what the wire has noted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.worker = Worker()

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self.worker.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.wire = Wire([port], Notebook(self._folder / "wire.jsonl"), "7")
        self.clients = await asyncio.start_server(self.wire.carry, "127.0.0.1", 0)
        self.queue = await asyncio.start_server(self.wire.callbacks.serve, "127.0.0.1", 0)
        return server

    async def call(self, door: asyncio.Server, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*door.sockets[0].getsockname())
        writer.write(said)
        return reader, writer

    def noted(self) -> list[str]:
        return [str(note["done"]) for note in notes.read(self._folder, "wire.jsonl")]


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    made = Network(tmp_path)
    server = await made.open()
    yield made
    await made.worker.end()
    for one in (made.clients, made.queue, server):
        one.close()


async def everything(reader: asyncio.StreamReader) -> bytes:
    heard = b""
    try:
        while piece := await reader.read(65536):
            heard += piece
    except ConnectionError:
        pass
    return heard


async def test_a_client_that_is_cut_has_heard_half_a_frame(network: Network) -> None:
    reader, _ = await network.call(network.clients, b"GET")
    await reader.readexactly(3 * len(FRAME))
    network.wire.obey({"do": "cut", "share": 1.0})
    heard = await everything(reader)
    assert len(heard) % len(FRAME), "the connection ended in the middle of a frame"
    assert network.noted() == ["client cut in a frame"]


async def test_a_client_that_is_told_nothing_is_cut_between_frames(network: Network) -> None:
    network.worker.pause = 60
    reader, _ = await network.call(network.clients, b"GET")
    await reader.readexactly(len(FRAME))
    network.wire.obey({"do": "cut", "share": 1.0})
    assert await everything(reader) == b""
    assert network.noted() == ["client cut between frames"]


async def test_one_client_at_least_is_cut_and_if_none_is_there_the_next_one(network: Network) -> None:
    network.wire.obey({"do": "cut", "share": 0.0})
    for number in (1, 2):
        reader, _ = await network.call(network.clients, b"GET")
        if number == 2:
            await reader.readexactly(len(FRAME))
            network.wire.obey({"do": "cut", "share": 0.0})
        assert len(await everything(reader)) % len(FRAME)
    assert network.noted() == ["client cut in a frame"] * 2


async def test_a_slow_client_gets_what_its_rate_allows_and_then_everything_again(network: Network) -> None:
    reader, writer = await network.call(network.clients, b"GET")
    await reader.readexactly(len(FRAME))
    began = asyncio.get_running_loop().time()
    network.wire.obey({"do": "slow", "share": 1.0, "seconds": 1.0})
    await reader.readexactly(10 * len(FRAME))
    assert asyncio.get_running_loop().time() - began > 0.9, "ten frames take a second that otherwise take a fifth"
    await reader.readexactly(20 * len(FRAME))
    writer.close()


async def delivered(network: Network, **disturbed: Any) -> bytes:
    for what, share in disturbed.items():
        network.wire.obey({"do": what, "share": share, "seconds": 30})
    reader, _ = await network.call(network.queue, CALLBACK)
    return await everything(reader)


async def test_a_callback_passes_as_it_is(network: Network) -> None:
    assert await delivered(network) == ANSWER
    (posted,) = network.worker.posted
    assert posted.startswith(b"POST /webhooks/qstash/notification HTTP/1.1\r\n")
    assert posted.endswith(b"\r\n\r\n{}")
    assert network.noted() == []


async def test_a_callback_is_delivered_twice_and_answered_once(network: Network) -> None:
    assert await delivered(network, twice=1.0) == ANSWER
    async with asyncio.timeout(5):
        while len(network.worker.posted) < 2:
            await asyncio.sleep(0.02)
    assert network.worker.posted[0] == network.worker.posted[1]
    assert network.noted() == ["callback twice"]


async def test_a_callback_whose_answer_is_lost_has_been_worked_on(network: Network) -> None:
    assert await delivered(network, lost=1.0) == b""
    assert len(network.worker.posted) == 1
    assert network.noted() == ["callback's answer lost"]


async def test_the_first_callback_is_met_however_small_the_share_is_and_however_late_it_comes(network: Network) -> None:
    network.wire.obey({"do": "lost", "share": 0.0, "seconds": 0.0})
    assert [await delivered(network), await delivered(network)] == [b"", ANSWER]
    assert network.noted() == ["callback's answer lost"]


async def test_nothing_is_disturbed_after_healing(network: Network) -> None:
    for what in ("lost", "cut"):
        network.wire.obey({"do": what, "share": 1.0, "seconds": 30})
    network.wire.obey({"do": "heal"})
    assert await delivered(network) == ANSWER
    reader, writer = await network.call(network.clients, b"GET")
    await reader.readexactly(3 * len(FRAME))
    writer.close()
    assert network.noted() == []
