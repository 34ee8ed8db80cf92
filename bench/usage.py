"""What processes use: memory, threads, processor time; and what this machine is. Linux."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def memory(pids: Collection[int]) -> dict[str, int]:
    """Bytes: `pss` counts a page shared by n processes as 1/n in each, `rss` counts it fully in each."""
    total = {"pss": 0, "rss": 0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name = line.split(":")[0].lower()
            if name in total:
                total[name] += int(line.split()[1]) * 1024
    return total


def threads(pids: Collection[int]) -> int:
    return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)


def listens(pids: Collection[int], port: int) -> bool:
    """Whether one of these processes takes connections on the port."""
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            for socket in psutil.Process(pid).net_connections(kind="tcp"):
                if socket.status == psutil.CONN_LISTEN and socket.laddr.port == port:
                    return True
    return False


def processor_seconds(pids: Collection[int]) -> float:
    """User and system time so far."""
    ticks = 0
    for pid in pids:
        # The name in parentheses may hold spaces.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    models = {line.split(": ")[1] for line in cpuinfo.splitlines() if line.startswith("model name")}
    return {
        "processor": ", ".join(sorted(models)) or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }
