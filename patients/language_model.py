"""A language model, asked for words: one client, one model, one time limit for every engine that rewords.

It is asked on the event loop: whoever waits for a vendor holds neither a thread nor a database connection.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

MODEL = "claude-haiku-4-5"
SECONDS = 5.0
"""For all of it, by the clock."""

AT_ONCE = 64
"""Questions under way in a process; whoever comes when there are so many goes without."""

Ask = Callable[[str], Awaitable[str]]
"""The prompt → the model's text; may take for ever, and raise anything."""


def asking(*, api_key: str, instructions: str, longest_answer: int, base_url: str | None = None) -> Ask:
    """Asks the model under these instructions for at most `longest_answer` tokens."""

    async def ask(prompt: str) -> str:
        tls = await asyncio.to_thread(warm)
        # Imported here: most installations never need it; `warm` has imported it, off the event loop.
        from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient

        http = DefaultAsyncHttpxClient(verify=tls)
        # No limit of its own, which would be per read: `answered` ends it by the clock.
        async with AsyncAnthropic(
            api_key=api_key, base_url=base_url, timeout=None, max_retries=0, http_client=http
        ) as client:
            message = await client.messages.create(
                model=MODEL,
                max_tokens=longest_answer,
                system=instructions,
                messages=[{"role": "user", "content": prompt}],
            )
        return "".join(block.text for block in message.content if block.type == "text")

    return ask


async def answered(ask: Ask, prompt: str, *, seconds: float) -> Any:
    """What the model answers, read as JSON; None when there is nothing in time, or nothing that can be read."""
    if not _places.acquire(blocking=False):
        return None
    try:
        async with asyncio.timeout(seconds):
            return json.loads(_bare(await ask(prompt)))
    except Exception:
        # Whatever a vendor's library or a model comes up with: nobody goes unanswered because of its wording.
        return None
    finally:
        _places.release()


@cache
def warm() -> ssl.SSLContext:
    """What takes seconds the first time, so that no patient's answer waits for it; the certificates to trust."""
    import anthropic  # noqa: F401

    return ssl.create_default_context()


_places = threading.BoundedSemaphore(AT_ONCE)


def _bare(text: str) -> str:
    """Without the fence that models like to put around JSON."""
    return re.sub(r"^\s*```(?:json)?|```\s*$", "", text)
