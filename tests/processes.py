"""Whether a process lives. One that has ended and is not buried yet (a zombie) does not."""

from __future__ import annotations

import psutil


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
