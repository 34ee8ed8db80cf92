"""The client process: JSON commands in, a line each; JSON answers out. The same for every contender."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from typing import Any

import uvloop

from bench.crowd import Crowd

LONGEST_LINE = 256 * 1024 * 1024


class Client:
    """Holds a crowd per contender and does what it is told."""

    def __init__(self) -> None:
        self._crowds: dict[str, Crowd] = {}

    async def obey(self, command: dict[str, Any]) -> dict[str, Any]:
        name, crowd = command.pop("do"), command.pop("crowd")
        if name == "meet":
            self._crowds[crowd] = Crowd(**command)
            return {}
        answer = getattr(self._crowds[crowd], name)(**command)
        return (await answer if asyncio.iscoroutine(answer) else answer) or {}


async def serve() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    client = Client()
    # A collection of five thousand streams would show as a late arrival.
    gc.disable()
    while line := await reader.readline():
        answer = await client.obey(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    # The sockets need no polite end.
    os._exit(0)


if __name__ == "__main__":
    uvloop.run(serve())
