"""A program in a process of its own: bounded in time, and never left behind.

For work on what strangers wrote: only a kill ends what may take any time, and its environment holds no secret.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

CHECKOUT = Path(__file__).resolve().parents[1]

ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
"""All of the program's environment: one that a document has taken over finds no secret in it."""


LINE_BYTES = 4 * 1024 * 1024
"""Longest line that is taken of what a program prints line by line: a page of letters has some kilobytes."""


class Crashed(Exception):
    """The program ended with an exit status other than 0, or babbled; the text says which."""


async def answer_of(command: Sequence[str], *, asked: bytes = b"", timeout_seconds: float) -> bytes:
    """What the program prints when it is given `asked`; our process id is its last argument.

    Raises `TimeoutError` and `Crashed`. Whatever it raises, cancellation included, the program is dead then.
    """
    async with running(command) as process:
        async with asyncio.timeout(timeout_seconds):
            printed, _ = await process.communicate(asked)
    if process.returncode != 0:
        raise Crashed(f"exit status {process.returncode}")
    return printed


@asynccontextmanager
async def running(command: Sequence[str]) -> AsyncIterator[Process]:
    """The program at work, our process id its last argument; when the block is left, in any way, it is dead."""
    process = await asyncio.create_subprocess_exec(
        *command,
        str(os.getpid()),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # tracebacks of libraries quote what they stumbled over: a patient's text in our logs
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        start_new_session=True,
        limit=LINE_BYTES,
    )
    try:
        yield process
    finally:
        await _end(process)


async def next_line(process: Process, *, timeout_seconds: float) -> bytes:
    """The next line that the program prints; raises `TimeoutError`, and `Crashed` when no more line comes."""
    printed = cast(StreamReader, process.stdout)
    try:
        async with asyncio.timeout(timeout_seconds):
            line = await printed.readline()
            if line.endswith(b"\n"):
                return line
            raise Crashed(f"exit status {await process.wait()}")
    except ValueError:
        raise Crashed("a line longer than is taken") from None


async def _end(process: Process) -> None:
    """Kill the program with all it may have started, if it still lives, and wait until it is gone."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    # Not wait(): it never returns while a full pipe is left unread.
    await process.communicate()
