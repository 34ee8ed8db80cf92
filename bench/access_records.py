"""`python -m bench.access_records`: what opening and ending a stream costs with access records and without.

Two servers beside each other on one Postgres, each with a database of its own, opened and closed in turns: processor
time of the server per stream, and the time to the first frame. Medians of all turns, and their ratio.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.contenders.contender import HOST
from bench.contenders.ours import Ours
from bench.database import Cluster
from bench.ports import free_port

PATIENTS = 50
WRITTEN_SECONDS = 2.5
"""Until what was gathered is written: it belongs to the turn that caused it."""


class Unrecorded(Ours):
    name = "unrecorded"

    def command(self) -> Sequence[str | Path]:
        return self.uvicorn("bench.unrecorded:application")


class Turn(NamedTuple):
    """Milliseconds per stream: of the server's processor, and to the first frame."""

    processor: float
    first_frame: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200, help="opened and closed in each turn")
    parser.add_argument("--turns", type=int, default=10)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="curaway-bench-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
    servers = [Ours(cluster, folder, free_port()), Unrecorded(cluster, folder, free_port())]
    try:
        _compare(servers, given.streams, given.turns)
    finally:
        for server in servers:
            server.stop()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _compare(servers: Sequence[Ours], streams: int, turns: int) -> None:
    for server in servers:
        server.prepare(PATIENTS)
        server.start()
        _turn(server, streams)
    taken: dict[str, list[Turn]] = {server.name: [] for server in servers}
    for number in range(turns):
        for server in servers if number % 2 else reversed(servers):
            taken[server.name].append(_turn(server, streams))
    medians = [[statistics.median(column) for column in zip(*taken[server.name], strict=True)] for server in servers]
    for name, recorded, unrecorded in zip(Turn._fields, *medians, strict=True):
        print(f"{name:12} {recorded:6.3f} ms with, {unrecorded:6.3f} ms without: {recorded / unrecorded:5.3f} x")


def _turn(server: Ours, streams: int) -> Turn:
    processes = [psutil.Process(pid) for pid in server.pids()]
    before = _seconds(processes)
    opened = [_open(server, number % PATIENTS) for number in range(streams)]
    for connection, _ in opened:
        connection.close()
    time.sleep(WRITTEN_SECONDS)
    took = _seconds(processes) - before
    return Turn(1000 * took / streams, 1000 * statistics.median(seconds for _, seconds in opened))


def _open(server: Ours, patient: int) -> tuple[socket.socket, float]:
    request = server.request(patient).encode()
    connection = socket.create_connection((HOST, server.port))
    began = time.perf_counter()
    connection.sendall(request)
    heard = b""
    while b"event: connected" not in heard:
        heard += connection.recv(65536)
    return connection, time.perf_counter() - began


def _seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


if __name__ == "__main__":
    main()
