"""The wake-ups: rings the bell of these settings, and hears it."""

from __future__ import annotations

import asyncio
import secrets
import time

import psycopg
from django.db import connection

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.environment import REDIS_SCHEMES, WAKEUPS_OFF, Environment
from events.wakeup import Bell, Grown, bell_of
from events.wakeup.rings import encode

PATIENCE_SECONDS = 10.0
SLOW_SECONDS = 0.1
RINGS = 3
"""The quickest counts: one that was late says that something else was busy, not that the way is long."""


def wakeups(environment: Environment) -> Finding:
    """Whether a ring comes back, and after how long."""
    poll = f"events are heard by the poll, up to {environment.SSE_POLL_SECONDS:g} s late"
    if environment.EVENTS_WAKEUP_URL == WAKEUPS_OFF:
        return warn("wake-ups", f"off: {poll}", "set EVENTS_WAKEUP_URL to a Redis, or leave it empty for NOTIFY")
    over = "Redis" if environment.EVENTS_WAKEUP_URL.startswith(REDIS_SCHEMES) else "NOTIFY"
    try:
        seconds = asyncio.run(heard_after(bell_of(environment)))
    except (psycopg.Error, OSError) as fault:
        return fail("wake-ups", f"{over} cannot be listened to ({type(fault).__name__}): {poll}", _advice(over))
    if seconds is None:
        return fail("wake-ups", f"rung over {over} and not heard: {poll}", _advice(over))
    said = f"heard {seconds * 1000:.1f} ms after the ring, over {over}"
    return ok("wake-ups", said) if seconds < SLOW_SECONDS else warn("wake-ups", said, f"run {over}'s server nearer")


async def heard_after(bell: Bell) -> float | None:
    """Seconds from a ring of ours to hearing it, None when it is not heard; raises what `Bell.listen` does.

    What is rung names nobody: every process hears it, finds no such room, and forgets it.
    """
    message = encode(Grown("doctor", secrets.token_hex(8), 0))
    heard, listens = asyncio.Event(), asyncio.Event()

    def hear(said: str) -> None:
        if said == message:
            heard.set()

    listening = asyncio.create_task(bell.listen(hear, listens.set))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _first(listens, listening)
            took = []
            for _ in range(RINGS):
                heard.clear()
                began = time.monotonic()
                await asyncio.to_thread(_ring, bell, message)
                await _first(heard, listening)
                took.append(time.monotonic() - began)
            return min(took)
    except TimeoutError:
        return None
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _first(awaited: asyncio.Event, listening: asyncio.Task[None]) -> None:
    """Return when it is set; raise what ended the listening, if that comes first."""
    waiting = asyncio.create_task(awaited.wait())
    await asyncio.wait({waiting, listening}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if listening.done():
        listening.result()


def _ring(bell: Bell, message: str) -> None:
    try:
        bell.ring(message)
    finally:
        connection.close()


def _advice(over: str) -> str:
    if over == "Redis":
        return "check EVENTS_WAKEUP_URL: the address, the password, and that it allows pub/sub"
    return "DATABASE_URL may name a pooler: set DATABASE_DIRECT_URL"
