"""The process of all who act over HTTP: `python -m bench.chaos.actors ROSTER NOTES URL DATA_DIR SEED PAUSE`.

SIGTERM ends it: acts that have not been answered by then stay open in its notes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx

from bench.chaos.acting import Acting
from bench.chaos.lives import live
from bench.chaos.notes import Notebook
from bench.chaos.tokens import Issuer, Person


async def act(roster: Path, notes: Path, url: str, data_dir: Path, seed: str, pause: float) -> None:
    """Everybody of the roster at once, until SIGTERM."""
    issuer, notebook = Issuer(data_dir), Notebook(notes)
    # Longer than a fault and shorter than patience: a request that a dead worker took is sent again.
    timeout = httpx.Timeout(12, connect=5, pool=None)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=timeout, limits=limits, trust_env=False) as http:
        actors = [
            Acting(one["name"], one["patient"], one["mark"], Person(**one["person"]), http, issuer, notebook, seed)
            for one in json.loads(roster.read_text())
        ]
        await live(actor.run(pause) for actor in actors)


if __name__ == "__main__":
    roster, notes, url, data_dir, seed, pause = sys.argv[1:]
    asyncio.run(act(Path(roster), Path(notes), url, Path(data_dir), seed, float(pause)))
