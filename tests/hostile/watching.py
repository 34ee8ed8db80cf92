"""What a server and the processes it starts use, from /proc, while something is done to it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Self

import psutil

EVERY_SECONDS = 0.01


class Watch:
    """Follows a process and its children while the `with` lasts; sizes in bytes."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.before = self._process.memory_info().rss
        self.server = self.before
        self.reader = 0
        """The most that one child held at any time, by the kernel's own count."""
        self.readers: set[int] = set()
        self.seconds = 0.0
        self._fault: Exception | None = None

    @property
    def grown(self) -> int:
        """Of the server itself, at its highest."""
        return self.server - self.before

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Raises what ended the following early: from then on nothing was measured."""
        self.seconds = time.monotonic() - self._began
        self._done.set()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            self._follow()
        except Exception as fault:
            self._fault = fault

    def _follow(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            self.server = max(self.server, self._process.memory_info().rss)
            for child in self._process.children(recursive=True):
                self.readers.add(child.pid)
                self.reader = max(self.reader, _highest(child.pid))


def _highest(pid: int) -> int:
    """Resident memory at its highest so far; 0 for a process that has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
