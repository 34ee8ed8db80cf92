"""Processor time of groups of processes, less what they use anyway. Linux."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from bench.database import Cluster
from bench.usage import family

Clock = Callable[[], float]
"""Seconds of processor time so far."""


class Meter:
    """Reads several clocks before and after a piece of work."""

    def __init__(self, clocks: Mapping[str, Clock], turns: int) -> None:
        self._clocks, self._turns = clocks, turns

    def per_unit(self, work: Callable[[], int]) -> dict[str, list[float]]:
        """Microseconds per unit by each clock, a value per turn; `work` returns how many units it did.

        An idle window of the same length follows each turn, and what is used in it is taken off.
        """
        turns = [self._turn(work) for _ in range(self._turns)]
        return {name: [turn[name] for turn in turns] for name in self._clocks}

    def _turn(self, work: Callable[[], int]) -> dict[str, float]:
        before, began = self._read(), time.monotonic()
        units = work()
        between, length = self._read(), time.monotonic() - began
        time.sleep(length)
        after = self._read()
        return {name: 1e6 * (2 * between[name] - before[name] - after[name]) / units for name in self._clocks}

    def _read(self) -> dict[str, float]:
        return {name: clock() for name, clock in self._clocks.items()}


def postgres_clock(cluster: Cluster, database: str) -> Clock:
    """Of all the cluster's processes, those that have ended meanwhile included."""
    with cluster.connect(database) as connection:
        postmaster = psutil.Process(connection.info.backend_pid).ppid()
    return lambda: family_seconds(postmaster)


def family_seconds(parent: int) -> float:
    """User and system time of a process, of its descendants, and of its children that have ended."""
    while True:
        own, of_ended = _ticks(parent)
        try:
            living = sum(_ticks(pid)[0] for pid in family(parent) if pid != parent)
        except FileNotFoundError:
            continue
        if _ticks(parent)[1] == of_ended:
            return (own + of_ended + living) / os.sysconf("SC_CLK_TCK")
        # One ended while it was read: it would be counted twice, or not at all.


def _ticks(pid: int) -> tuple[int, int]:
    """Its own, and those of its children that have ended."""
    # The name in parentheses may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
