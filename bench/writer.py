"""A writer process: `python -m bench.writer bench.contenders.ours:Writer`. JSON commands in, JSON answers out."""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any, Protocol


class Writer(Protocol):
    """How an application tells a contender of an event."""

    def publish(self, patient: str, nonce: int) -> float:
        """Record and tell; returns the monotonic time of the commit, before anybody was told."""

    def record(self, patient: str, nonce: int) -> None:
        """Record and tell, without looking at the clock."""


def publish(writer: Writer, plan: list[tuple[float, str, int]]) -> dict[str, Any]:
    """Publish `(seconds from now, patient, nonce)` in that order; when each was committed."""
    began = time.monotonic()
    committed = []
    for after, patient, nonce in plan:
        time.sleep(max(0.0, began + after - time.monotonic()))
        committed.append((nonce, writer.publish(patient, nonce)))
    return {"committed": committed}


def hammer(writer: Writer, patients: list[str], at: float, seconds: float) -> dict[str, Any]:
    """Record as fast as it goes, from `at` (monotonic) on, for so long; the patients take turns."""
    time.sleep(max(0.0, at - time.monotonic()))
    until = at + seconds
    count = 0
    while time.monotonic() < until:
        writer.record(patients[count % len(patients)], count)
        count += 1
    return {"count": count, "seconds": time.monotonic() - at}


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    writer: Writer = getattr(importlib.import_module(module), name)()
    does = {"publish": publish, "hammer": hammer}
    for line in sys.stdin:
        command = json.loads(line)
        sys.stdout.write(json.dumps(does[command.pop("do")](writer, **command)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
