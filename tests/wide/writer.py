"""A process that records facts at a rate: `python -m tests.wide.writer RATE THREADS`, patients on standard input.

One patient per line, `tenant id`; it writes until its input ends, and then prints as JSON how many it recorded of
each, and how many per second.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")

import django

django.setup()

from django.db import connection  # noqa: E402

from events import emit_event  # noqa: E402


class Writer:
    """Threads that take turns with the patients, each at its share of the rate."""

    def __init__(self, patients: list[tuple[str, str]], *, rate: float, threads: int) -> None:
        self._patients = patients
        self._pause = threads / rate
        self._count = threads
        self._stop = threading.Event()
        self.recorded: Counter[str] = Counter()
        self._guard = threading.Lock()

    def write_until(self, wait: threading.Event) -> float:
        """Write until `wait` is set; returns the events per second."""
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(self._count)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        wait.wait()
        self._stop.set()
        for thread in threads:
            thread.join()
        return sum(self.recorded.values()) / (time.monotonic() - began)

    def _write(self, number: int) -> None:
        due, turn = time.monotonic(), number
        try:
            while not self._stop.wait(max(0.0, due - time.monotonic())):
                due += self._pause
                tenant, patient = self._patients[turn % len(self._patients)]
                turn += self._count
                fact = {"document_id": "doc_test", "filename": "report.pdf"}
                emit_event("document_parsing", tenant, patient, fact, "user_test", "corr-test")
                with self._guard:
                    self.recorded[patient] += 1
        finally:
            connection.close()


def main() -> None:
    rate, threads = float(sys.argv[1]), int(sys.argv[2])
    patients: list[tuple[str, str]] = []
    while line := sys.stdin.readline().strip():
        tenant, patient = line.split()
        patients.append((tenant, patient))
    writer, ended = Writer(patients, rate=rate, threads=threads), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    per_second = writer.write_until(ended)
    print(json.dumps({"recorded": writer.recorded, "per_second": round(per_second, 1)}))


if __name__ == "__main__":
    main()
