"""The process of many viewers: `python -m bench.chaos.listeners ROSTER NOTES URL DATA_DIR SEED`, until SIGTERM.

Of the server it knows an address and what its contract says; it imports nothing of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx

from bench.chaos.listening import WATCHDOG_SECONDS, Listening
from bench.chaos.lives import live
from bench.chaos.notes import Notebook
from bench.chaos.tokens import Issuer
from bench.chaos.viewer import Viewer


async def listen(roster: Path, notes: Path, url: str, data_dir: Path, seed: str) -> None:
    """Every viewer of the roster at once, until SIGTERM."""
    viewers = [Viewer.of(told) for told in json.loads(roster.read_text())]
    issuer, notebook = Issuer(data_dir), Notebook(notes)
    timeout = httpx.Timeout(WATCHDOG_SECONDS, connect=5, pool=None)
    # A connection of its own for every attempt, as after a cut.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=timeout, limits=limits, trust_env=False) as http:
        await live(Listening(one, http, issuer, notebook, seed).run() for one in viewers)


if __name__ == "__main__":
    roster, notes, url, data_dir, seed = sys.argv[1:]
    asyncio.run(listen(Path(roster), Path(notes), url, Path(data_dir), seed))
