"""A language model, asked for words: one client, one model, one time limit for every engine that rewords."""

from __future__ import annotations

import re
from collections.abc import Callable

MODEL = "claude-haiku-4-5"
SECONDS = 5.0
"""For all of it, by the clock; a worker thread waits that long."""

Ask = Callable[[str], str]
"""The prompt → the model's text; may raise anything."""


def asking(*, api_key: str, instructions: str, longest_answer: int, base_url: str | None = None) -> Ask:
    """Asks the model under these instructions for at most `longest_answer` tokens."""

    def ask(prompt: str) -> str:
        # Imported here: it takes long, and most installations never need it.
        from anthropic import Anthropic

        with Anthropic(api_key=api_key, base_url=base_url, timeout=SECONDS, max_retries=0) as client:
            message = client.messages.create(
                model=MODEL,
                max_tokens=longest_answer,
                system=instructions,
                messages=[{"role": "user", "content": prompt}],
            )
        return "".join(block.text for block in message.content if block.type == "text")

    return ask


def bare(text: str) -> str:
    """Without the fence that models like to put around JSON."""
    return re.sub(r"^\s*```(?:json)?|```\s*$", "", text)
