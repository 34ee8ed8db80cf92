"""The end of a run: what still runs then is ended, so that nothing that hangs makes the run longer."""

from __future__ import annotations

import threading
import time
from typing import Self

from bench import children
from bench.database import Cluster


class Deadline:
    """Entered for as long as the run lasts."""

    def __init__(self, cluster: Cluster, *, began: float, minutes: float) -> None:
        """`began` is monotonic."""
        self._cluster = cluster
        self._after = f"the run had taken {minutes:g} minutes"
        self._at = began + 60 * minutes
        self._timer = threading.Timer(max(0.0, self._at - time.monotonic()), self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def passed(self) -> str:
        """The reason for whatever is not done any more; empty before."""
        return self._after if time.monotonic() >= self._at else ""

    def _end(self) -> None:
        """The bench's own statements, and every contender, client and writer."""
        try:
            self._cluster.interrupt()
        finally:
            children.kill_all()
