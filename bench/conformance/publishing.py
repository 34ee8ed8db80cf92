"""How events are made to happen on a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bench.children import Talking
from bench.conformance.address import address_of
from bench.conformance.request import head_of
from bench.conformance.target import Publish
from bench.conformance.wire import connected
from bench.contenders.contender import patient_id

LONGEST_SECONDS = 30.0


class PublishFailed(AssertionError):
    """PUBLISH= did not do what it was given for: the check fails, and says so."""


class WriterPublishing:
    """Events of a server that we started, recorded by the contender's own writer: one process for all streams."""

    def __init__(self, writer: Talking, nonces: Iterator[int]) -> None:
        self._writer, self._nonces = writer, nonces
        self._turn = asyncio.Lock()

    def of(self, lane: int) -> Publish:
        async def publish(count: int) -> None:
            plan = [(0.0, patient_id(lane), next(self._nonces)) for _ in range(count)]
            # It answers line by line: two askers would take each other's answers.
            async with self._turn:
                await asyncio.to_thread(self._writer.ask, do="publish", plan=plan)

        return publish


def by(what: str) -> Publish:
    """From PUBLISH=: a URL is asked with POST, anything else is a command for the shell."""
    return posting(what) if what.startswith(("http://", "https://")) else commanding(what)


def commanding(command: str) -> Publish:
    """Each event by running the command; raises `PublishFailed` when it fails."""

    async def publish(count: int) -> None:
        for _ in range(count):
            pipe = asyncio.subprocess.PIPE
            running = await asyncio.create_subprocess_shell(command, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
            async with asyncio.timeout(LONGEST_SECONDS):
                said, _ = await running.communicate()
            if running.returncode:
                raise PublishFailed(f"PUBLISH= ended with {running.returncode}: {said.decode()[-200:]}")

    return publish


def posting(url: str) -> Publish:
    """Each event by a POST without a body; raises `PublishFailed` when it is refused."""
    place = address_of(url)

    async def publish(count: int) -> None:
        for _ in range(count):
            async with connected(place, method="POST") as exchange:
                exchange.send(head_of(place, {"Content-Length": "0"}, method="POST"))
                await exchange.read_head(within=LONGEST_SECONDS)
                if exchange.status >= 300:
                    raise PublishFailed(f"PUBLISH= is answered with {exchange.status}")

    return publish
