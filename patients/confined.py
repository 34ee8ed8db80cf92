"""A program in a process of its own: asked once, bounded in time, and never left behind.

For work on what strangers wrote: only a kill ends what may take any time, and its environment holds no secret.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]

ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
"""All of the program's environment: one that a document has taken over finds no secret in it."""


class Crashed(Exception):
    """The program ended with an exit status other than 0; the text says which."""


async def answer_of(command: Sequence[str], *, asked: bytes = b"", timeout_seconds: float) -> bytes:
    """What the program prints when it is given `asked`; our process id is its last argument.

    Raises `TimeoutError` and `Crashed`. Whatever it raises, cancellation included, the program is dead then.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        str(os.getpid()),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # tracebacks of libraries quote what they stumbled over: a patient's text in our logs
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout_seconds):
            printed, _ = await process.communicate(asked)
    finally:
        await _end(process)
    if process.returncode != 0:
        raise Crashed(f"exit status {process.returncode}")
    return printed


async def _end(process: Process) -> None:
    """Kill the program with all it may have started, if it still lives, and wait until it is gone."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    # Not wait(): it never returns while a full pipe is left unread.
    await process.communicate()
