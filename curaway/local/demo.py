"""`make demo`: a patient's whole journey against a running server, with every event as it arrives."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Final

import httpx

from curaway.local.command import Command
from curaway.local.errors import CommandFailed, LocalError
from curaway.local.event_stream import HEARTBEAT, EventStream, Frame
from curaway.local.given import CHECKOUT, given_settings
from curaway.local.journey import Journey, content_of
from curaway.local.screen import Screen
from curaway.local.settings import port_of
from curaway.local.welcome import MARIA
from curaway.local.witness import Witness

SCAN: Final = CHECKOUT / "tests" / "data" / "scanned-knee-report.pdf"
TENANT: Final = "tenant-curaway-patients"
TICK_SECONDS: Final = 0.1
TOKEN_SECONDS: Final = 60.0


class NothingAnswers(LocalError):
    """Nothing answers at {url}. Start it first: make run"""


def main() -> int:
    """The whole demo; returns the exit code: 0 only when the document came to its end and no event was missing."""
    options = arguments()
    try:
        return asyncio.run(show(options))
    except LocalError as refused:
        print(f"\n{refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def arguments() -> argparse.Namespace:
    default = f"http://127.0.0.1:{port_of(given_settings(os.environ))}"
    parser = argparse.ArgumentParser(prog="python -m curaway.local.demo", description=__doc__)
    parser.add_argument("--url", default=default, help="the running server (default: %(default)s)")
    parser.add_argument("--patient", default=MARIA, help="whose document it is (default: %(default)s)")
    parser.add_argument("--file", type=Path, default=SCAN, help="the document (default: the sample scan)")
    return parser.parse_args()


async def show(options: argparse.Namespace) -> int:
    screen, witness = Screen(), Witness()
    content = content_of(options.file)
    await check_answers(options.url)
    headers = {"Authorization": f"Bearer {token_for(options.patient)}", "X-Tenant-ID": TENANT}
    async with httpx.AsyncClient(base_url=options.url, headers=headers, timeout=60) as client:
        journey = Journey(client, screen, witness, patient=options.patient, file=options.file, content=content)
        ticking = asyncio.create_task(tick(screen, witness))
        walking: asyncio.Task[None] | None = None
        stream = EventStream(client, f"/api/v1/patients/{options.patient}/events/stream")
        try:
            async with aclosing(stream.frames()) as frames:
                async for frame in frames:
                    tell(screen, witness, frame)
                    # The stream is open before anything happens, so that nothing can be missed.
                    walking = walking or asyncio.create_task(journey.walk())
                    if walking.done():
                        walking.result()
        finally:
            ticking.cancel()
    if walking is not None:
        await walking
    return verdict(screen, witness)


async def check_answers(url: str) -> None:
    """Raises `NothingAnswers` unless a server answers there."""
    try:
        async with httpx.AsyncClient(timeout=10) as anybody:
            await anybody.get(f"{url}/health")
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise NothingAnswers(url=url) from None


def token_for(patient: str) -> str:
    """A session token of the patient's user, made with this machine's key."""
    arguments = [sys.executable, "manage.py", "issue_token", "--patient", patient]
    printed = Command(arguments, os.environ).printed(within=TOKEN_SECONDS)
    if printed is None:
        raise CommandFailed(command=" ".join(arguments[1:]), code="none", output="no answer in a minute")
    return printed.splitlines()[-1]


def tell(screen: Screen, witness: Witness, frame: Frame) -> None:
    """Show a frame, and note it."""
    if frame is HEARTBEAT:
        screen.heartbeat()
        return
    witness.note(frame)
    if frame.event == "connected":
        screen.say(f"  connected at position {frame.data['position']}", "quiet")
    elif frame.event == "done":
        screen.say(f"  done: {frame.data['reason']}, at position {frame.data['position']}", "quiet")
    else:
        screen.event(frame.event, frame.data)


async def tick(screen: Screen, witness: Witness) -> None:
    """Keep the line alive that says what is being waited for."""
    while True:
        if witness.waits:
            screen.wait("the document is being analyzed" if witness.read else "the document is being read")
        else:
            screen.wait_no_more()
        await asyncio.sleep(TICK_SECONDS)


def verdict(screen: Screen, witness: Witness) -> int:
    screen.wait_no_more()
    problem = witness.problem()
    if problem:
        screen.say(f"\n{problem}", "bad")
        return 1
    read = witness.document
    first, last = (witness.first or 0) + 1, witness.last
    screen.say(f"\nEvery event arrived: positions {first} to {last}, without a hole.", "good")
    pages = "1 page" if read["pages"] == 1 else f"{read['pages']} pages"
    told = f"{pages}, {read['characters']} characters, by {read['method']}"
    screen.say(f"The document is {read['status']}: {told}.", "good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
