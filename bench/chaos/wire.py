"""The network between everybody and the web workers: `python -m bench.chaos.wire PORTS NOTES SEED`.

One port is for clients, a balancer in front of the workers; one is for the queue's callbacks. Commands come as JSON
lines: `{"do": "cut", "share": 0.5}`, `{"do": "slow", "share", "seconds"}`, `{"do": "twice" | "late" | "lost", "share",
"seconds"}`, `{"do": "heal"}`. What was really done is noted.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from pathlib import Path
from typing import Any, Final

from bench.chaos.callback import Callbacks, Connection
from bench.chaos.link import Link
from bench.chaos.notes import Notebook

SLOWEST, FASTEST = 300, 3000
"""Bytes a second of a slow client."""

PATIENCE: Final = 4.0
"""Seconds that a connection waits for any worker to be there."""

BUFFER: Final = 8192
"""Of a socket towards a worker: what a slow client does not take must stay there, not in the kernel here."""


class Wire:
    """Everything that passes, and what is done to it."""

    def __init__(self, workers: list[int], notes: Notebook, seed: str) -> None:
        self._workers = workers
        self._notes = notes
        self._draw = random.Random(f"{seed}/wire")
        self._links: set[Link] = set()
        self._turn = 0
        self._due: list[dict[str, Any]] = []
        self.callbacks = Callbacks(self._dial, notes, self._draw)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client's connection, to whichever worker's turn it is."""
        try:
            worker = await self._dial()
        except ConnectionError:
            writer.transport.abort()
            return
        link = Link((reader, writer), worker)
        link.cut_in_middle.add_done_callback(self._note_cut)
        self._links.add(link)
        self._catch_up()
        try:
            await link.run()
        except ConnectionError:
            pass  # one of the two has left without a word
        finally:
            self._links.discard(link)

    def obey(self, command: dict[str, Any]) -> None:
        match command["do"]:
            case "cut" | "slow":
                self._disturb_clients(command)
            case "heal":
                self._due.clear()
                self.callbacks.heal()
            case what:
                self.callbacks.disturb(what, share=command["share"], seconds=command["seconds"])

    def _disturb_clients(self, command: dict[str, Any]) -> None:
        if not self._links:
            self._due.append(command)
            return
        for link in self._some(command["share"]):
            if command["do"] == "cut":
                link.cut()
            else:
                rate = self._draw.randint(SLOWEST, FASTEST)
                link.slow(rate=rate, seconds=command["seconds"])
                self._notes.note(done="client slowed", rate=rate)

    def _catch_up(self) -> None:
        """Do what was asked for while nobody was there to meet it."""
        due, self._due = self._due, []
        for command in due:
            self.obey(command)

    def _some(self, share: float) -> list[Link]:
        """A share of those who are connected, and one at least."""
        links = list(self._links)
        return [link for link in links if self._draw.random() < share] or [self._draw.choice(links)]

    def _note_cut(self, cut: asyncio.Future[bool]) -> None:
        if not cut.cancelled():
            self._notes.note(done="client cut in a frame" if cut.result() else "client cut between frames")

    async def _dial(self) -> Connection:
        """A connection to the next worker that takes one; raises `ConnectionRefusedError` when none does for long."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            for _ in self._workers:
                self._turn += 1
                try:
                    return await _connected(self._workers[self._turn % len(self._workers)])
                except OSError:
                    continue
            if asyncio.get_running_loop().time() > deadline:
                raise ConnectionRefusedError
            await asyncio.sleep(0.1)


async def _connected(port: int) -> Connection:
    end = socket.socket()
    end.setblocking(False)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    try:
        await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", port))
    except BaseException:
        end.close()
        raise
    return await asyncio.open_connection(sock=end, limit=BUFFER)


async def serve(clients: int, queue: int, workers: list[int], notes: Path, seed: str) -> None:
    """Until standard input ends."""
    wire = Wire(workers, Notebook(notes), seed)
    await asyncio.start_server(wire.carry, "127.0.0.1", clients, limit=65536)
    await asyncio.start_server(wire.callbacks.serve, "127.0.0.1", queue, limit=65536)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        wire.obey(json.loads(line))


if __name__ == "__main__":
    ports, notes, seed = sys.argv[1:]
    clients, queue, *workers = (int(port) for port in ports.split(","))
    asyncio.run(serve(clients, queue, workers, Path(notes), seed))
