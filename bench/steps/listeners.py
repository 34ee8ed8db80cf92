"""Those who are told of rings and do nothing with them, and a Redis to tell them."""

from __future__ import annotations

import os
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

from bench.children import ProgramDied, end, last_words, spawn
from bench.contenders.contender import HOST
from bench.database import Cluster
from bench.ports import free_port

READY_SECONDS = 20.0


@contextmanager
def by_notify(cluster: Cluster, database: str, channel: str, count: int) -> Iterator[None]:
    """So many connections that LISTEN."""
    with ExitStack() as held:
        connections = [held.enter_context(cluster.connect(database)) for _ in range(count)]
        for connection in connections:
            connection.execute(f"LISTEN {channel}")
        with _emptied([connection.fileno() for connection in connections]):
            yield


@contextmanager
def by_redis(port: int, channel: str, count: int) -> Iterator[None]:
    """So many connections that SUBSCRIBE."""
    with ExitStack() as held:
        connections = [held.enter_context(socket.create_connection((HOST, port))) for _ in range(count)]
        for connection in connections:
            connection.sendall(f"SUBSCRIBE {channel}\r\n".encode())
            connection.recv(4096)
        with _emptied([connection.fileno() for connection in connections]):
            yield


@contextmanager
def _emptied(files: list[int]) -> Iterator[None]:
    """Read them all the time: whoever tells must not have to keep what nobody takes."""
    over = Event()

    def empty() -> None:
        with selectors.DefaultSelector() as selector:
            for file in files:
                selector.register(file, selectors.EVENT_READ)
            while not over.is_set():
                for key, _ in selector.select(timeout=0.1):
                    os.read(key.fd, 65536)

    thread = Thread(target=empty, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class RedisServer:
    """A Redis of our own that keeps nothing: pub/sub is all it is for."""

    @staticmethod
    def installed() -> bool:
        return shutil.which("redis-server") is not None

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it answers; raises `ProgramDied`."""
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        log = folder / "redis.log"
        log.write_bytes(b"")
        keeping_nothing = ("--save", "", "--appendonly", "no", "--dir", folder)
        command = ("redis-server", "--port", str(self.port), "--bind", HOST, *keeping_nothing)
        self._process = spawn(command, log=log, environ={})
        self.pid: int = self._process.pid
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ProgramDied(last_words(log))
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        end(self._process, within=5)

    @staticmethod
    def version() -> str:
        said = subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout
        return said.partition("v=")[2].partition(" ")[0]
