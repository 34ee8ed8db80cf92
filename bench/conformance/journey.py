"""What every real client goes through on our stream: a heartbeat, events, a cut in the middle of one, the end.

It must hear `connected`, every event once and in order, nothing that nobody sent, and `done`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

from bench.children import ROOT
from bench.conformance.checks.ending import unfollowed
from bench.conformance.client import Client, command_of, environment_of
from bench.conformance.cutting_proxy import CuttingProxy
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply, Outcome, Verdict

STARTS_WITHIN_SECONDS = 40.0
"""Chromium on a busy machine."""
HEARS_WITHIN_SECONDS = 30.0
"""The slowest client waits eight seconds before it comes back."""
LEAVES_WITHIN_SECONDS = 20.0


class Listening:
    """A client program at work, and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[dict[str, str]] = []

    @property
    def events(self) -> list[dict[str, str]]:
        return [event for event in self.said if event["event"] not in ("connected", "done")]

    async def until(self, name: str, count: int, *, within: float) -> None:
        """Until it has said so many of this name ("" is any event); fails when it does not."""
        assert self._process.stdout
        try:
            async with asyncio.timeout(within):
                while self._count(name) < count:
                    line = await self._process.stdout.readline()
                    assert line, f"it ended with {await self._process.wait()} after {self._heard()}"
                    self.said.append(json.loads(line))
        except TimeoutError:
            raise AssertionError(f"no {name or 'event'} {count} in {within:g} s, after {self._heard()}") from None

    def _count(self, name: str) -> int:
        return sum(event["event"] == name for event in self.said) if name else len(self.events)

    def _heard(self) -> str:
        return ", ".join(f"{event['event']} {event['id']}" for event in self.said[-4:]) or "nothing"

    async def leaves(self) -> None:
        """It ends by itself, and well."""
        try:
            async with asyncio.timeout(LEAVES_WITHIN_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            raise AssertionError("it took `done` and did not end") from None
        assert code == 0, f"it ended with {code}"


async def journey(client: Client, target: Target, packages: Path, log: Path) -> Verdict:
    """Send one client on its way."""
    try:
        command = command_of(client, packages)
        page = (packages / "page.html").read_bytes()
        async with CuttingProxy(unfollowed(target), page) as proxy, _running(client, command, proxy, log) as listening:
            await _go(listening, proxy, target)
    except DoesNotApply as reason:
        return Verdict(Outcome.NOT_APPLICABLE, str(reason))
    except AssertionError as reason:
        return Verdict(Outcome.FAILED, str(reason))
    return Verdict(Outcome.OK)


@contextlib.asynccontextmanager
async def _running(client: Client, command: Any, proxy: CuttingProxy, log: Path) -> Any:
    headers = {} if client.program == "browser.mjs" else dict(proxy.target.headers)
    told = {"STREAM_URL": proxy.address.url, "STREAM_HEADERS": json.dumps(headers), **environment_of(client)}
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *map(os.fspath, command),
            cwd=ROOT,
            env={**os.environ, **told},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield Listening(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _go(listening: Listening, proxy: CuttingProxy, target: Target) -> None:
    await listening.until("connected", 1, within=STARTS_WITHIN_SECONDS)
    await proxy.heartbeat()
    await target.publish(3)
    await listening.until("", 3, within=HEARS_WITHIN_SECONDS)
    proxy.cut_in_the_next_event()
    await target.publish(3)
    await listening.until("", 6, within=HEARS_WITHIN_SECONDS)
    await target.publish(2)
    await listening.until("", 8, within=HEARS_WITHIN_SECONDS)
    await listening.until("done", 1, within=HEARS_WITHIN_SECONDS)
    await listening.leaves()
    _judge(listening, proxy)


def _judge(listening: Listening, proxy: CuttingProxy) -> None:
    first, *_ = listening.said
    begin = json.loads(first["data"])["position"]
    ids = [event["id"] for event in listening.events]
    assert ids == [str(begin + number) for number in range(1, 9)], f"ids {ids} after {begin}"
    names = {event["event"] for event in listening.said}
    assert names == {"connected", "document_update", "done"}, f"names {sorted(names)}"
    assert all(json.loads(event["data"])["position"] == int(event["id"]) for event in listening.events), "other data"
    assert len(proxy.openings) == 2, f"it opened the stream {len(proxy.openings)} times"
    asked = proxy.openings[1].get("last-event-id")
    assert asked == ids[2], f"it came back with Last-Event-ID {asked}"
    again = [json.loads(event["data"]) for event in listening.said if event["event"] == "connected"][1]
    assert again["resumed"] is True, "it was not resumed"
