"""A rolling deploy under load: every process behind nginx is replaced while streams listen and facts are recorded.

    python -m tests.wide.deploy --streams 2000 --rate 200

prints what was lost and doubled, and how the streams' returns were spread. The suite runs a small one.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from bench.ports import free_port
from tests.servers import ROOT, ProcessServer
from tests.wide.certificate import Certificate
from tests.wide.proxies import Nginx
from tests.wide.reconnecting import Reconnecting, Return

BUCKET_MS, LINES = 500, 20
SETTLED_SECONDS = 60.0
"""How long the streams may take to have everything once nothing is written any more."""


class PlainNginx(Nginx):
    """Without TLS: two cores shared by server, database and two thousand clients have better to do."""

    def of_this_machine(self) -> dict[str, str]:
        changes = super().of_this_machine()
        certificate = {name: new for name, new in changes.items() if name.startswith("/etc/ssl")}
        kept = {name: new for name, new in changes.items() if name not in certificate}
        return {
            **kept,
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port};",
            "ssl_certificate /etc/ssl/curaway/fullchain.pem;": "",
            "ssl_certificate_key /etc/ssl/curaway/privkey.pem;": "",
        }


@dataclass
class Report:
    """What became of the streams."""

    streams: int
    recorded: dict[str, int]
    per_second: float
    wrong: dict[str, list[int]] = field(default_factory=dict)
    returns: list[Return] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    def lines(self) -> list[str]:
        reasons = Counter(one.reason for one in self.returns)
        cuts = statistics.quantiles(self.latencies, n=1000)
        return [
            f"{self.streams} streams, {sum(self.recorded.values())} events recorded, {self.per_second:.0f} per second",
            f"streams that lost, doubled or reordered an event: {len(self.wrong)}",
            f"connections ended: {dict(reasons)}; refused on the way back: {self.refused}",
            f"heard after: median {cuts[499] * 1000:.0f} ms, 99 % {cuts[989] * 1000:.0f} ms (of all, also missed ones)",
            "returns, by the wait that each stream was told:",
            *histogram(self.told_ms),
            "returns, by the time until it was connected again:",
            *histogram(self.away_ms),
        ]

    @property
    def told_ms(self) -> list[int]:
        """How long each stream was told to wait."""
        return [one.told_ms for one in self.returns if one.told_ms is not None]

    @property
    def away_ms(self) -> list[int]:
        """How long each of them was away."""
        return [round(1000 * (one.back_at - one.left_at)) for one in self.returns if one.back_at]


def histogram(milliseconds: Sequence[int]) -> list[str]:
    """A line per bucket, from the first to the last that is not empty; wider ones when they would be too many."""
    if not milliseconds:
        return ["  (none)"]
    bucket = BUCKET_MS * (1 + (max(milliseconds) - min(milliseconds)) // (LINES * BUCKET_MS))
    counted = Counter(value // bucket for value in milliseconds)
    most = max(counted.values())
    return [
        f"  {number * bucket:>6} ms {'#' * round(40 * counted[number] / most):<40} {counted[number]}"
        for number in range(min(counted), max(counted) + 1)
    ]


class Deployment:
    """Processes at fixed ports, replaced one by one, and nginx in front of them."""

    def __init__(self, database: str, count: int, certificate: Certificate, **environment: str) -> None:
        self._database = database
        self._environment = environment
        self._ports = [free_port() for _ in range(count)]
        self._servers: list[ProcessServer] = []
        self._nginx = PlainNginx([f"http://127.0.0.1:{port}" for port in self._ports], certificate)
        self.url = f"http://localhost:{self._nginx.port}"

    async def __aenter__(self) -> Deployment:
        self._servers = [self._start(port) for port in self._ports]
        for server in self._servers:
            await asyncio.to_thread(server.__enter__)
        await asyncio.to_thread(self._nginx.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._nginx.__exit__(None, None, None)
        for server in self._servers:
            await asyncio.to_thread(server.__exit__, None, None, None)

    async def roll(self) -> None:
        """Stop each process and start its successor at the same address, while the others serve."""
        for number, port in enumerate(self._ports):
            leaving = self._servers[number]
            leaving.terminate()
            await asyncio.to_thread(leaving.process.wait, 30)
            self._servers[number] = self._start(port)
            await asyncio.to_thread(self._servers[number].__enter__)

    def _start(self, port: int) -> ProcessServer:
        return ProcessServer(database=self._database, port=port, **self._environment)


async def rolling(
    people: Any, patients: Sequence[Any], *, database: str, certificate: Certificate, streams: int, rate: float
) -> Report:
    """One deploy of four processes under `streams` streams and `rate` events per second."""
    async with AsyncExitStack() as stack:
        deployment = await stack.enter_async_context(Deployment(database, 4, certificate))
        headers = {patient.id: people.patient_headers(patient) for patient in patients}
        chosen = [patients[number % len(patients)] for number in range(streams)]
        clients = [
            Reconnecting(deployment.url, patient.id, headers[patient.id], random.Random(number))
            for number, patient in enumerate(chosen)
        ]
        tasks = await open_all(clients)
        writer = start_writer(patients, database=database, rate=rate)
        await deployment.roll()
        said = await asyncio.to_thread(writer.communicate)
        written = json.loads(said[0].splitlines()[-1])
        wrong = await settled(clients, written["recorded"])
        returns = [one for client in clients for one in client.returns]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return Report(
        streams,
        written["recorded"],
        written["per_second"],
        wrong,
        returns,
        [seconds for client in clients for seconds in client.latencies],
        sum(client.refused for client in clients),
    )


async def open_all(clients: Sequence[Reconnecting]) -> list[asyncio.Task[None]]:
    """Begin with all of them, a few at a time: a deploy is tried here, not a rush."""
    tasks = []
    for number, client in enumerate(clients):
        tasks.append(asyncio.create_task(client.run()))
        while sum(not one.connected for one in clients[: number + 1]) > 20:
            await asyncio.sleep(0.01)
    async with asyncio.timeout(120):
        while not all(client.connected for client in clients):
            await asyncio.sleep(0.05)
    return tasks


def start_writer(patients: Sequence[Any], *, database: str, rate: float) -> subprocess.Popen[str]:
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.wide.writer", str(rate), "4"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None
    writer.stdin.write("".join(f"{patient.tenant_id} {patient.id}\n" for patient in patients) + "\n")
    writer.stdin.flush()
    return writer


async def settled(clients: Sequence[Reconnecting], recorded: dict[str, int]) -> dict[str, list[int]]:
    """Wait until all have everything; returns those that have not, or have more, with what they heard."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLED_SECONDS):
            while not all(len(client.heard) >= recorded.get(client.patient_id, 0) for client in clients):
                await asyncio.sleep(0.1)
    return {
        f"{client.patient_id}/{number}": client.heard
        for number, client in enumerate(clients)
        if client.heard != list(range(1, recorded.get(client.patient_id, 0) + 1))
    }
