"""A terminal that events scroll over while one line at the bottom tells what is being waited for."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from typing import Any, Final

_COLORS: Final = {
    "document_update": "36",
    "ehr_update": "35",
    "intake_progress": "33",
    "match_progress": "34",
    "agent_response": "32",
    "good": "32",
    "bad": "31",
    "quiet": "2",
}
_SHOWN: Final = (
    *("status", "filename", "page", "pages", "characters", "method", "confidence", "reason", "retryable"),
    *("resource_type", "display", "progress", "stage", "providers", "agent_name", "content"),
)
_PLAIN_STEP_SECONDS: Final = 5
_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Screen:
    """Prints lines; in color, and with a moving line at the bottom, only where somebody watches."""

    def __init__(self) -> None:
        self._watched = sys.stdout.isatty()
        self._colored = self._watched and "NO_COLOR" not in os.environ
        self._dots = False
        self._waiting_since: float | None = None
        self._plain_steps = 0

    def say(self, text: str, color: str = "") -> None:
        """One line, above the moving one."""
        self._clear()
        print(self._painted(text, color), flush=True)

    def event(self, name: str, frame: dict[str, Any]) -> None:
        """An event: position, time, stream name, type, and what its payload says at a glance."""
        at = datetime.fromisoformat(frame["occurred_at"]).astimezone()
        head = f"  #{frame['position']:<5} {at:%H:%M:%S}.{at.microsecond // 1000:03} {name:<16}"
        self.say(f"{self._painted(head, name)} {frame['event_type']:<28} {_at_a_glance(frame['payload'])}")

    def heartbeat(self) -> None:
        """A dot; several in a row on one line."""
        if not self._dots:
            self._clear()
            print("  ", end="")
        print(self._painted("·", "quiet"), end="", flush=True)
        self._dots = True

    def wait(self, what: str) -> None:
        """Say, again and again as this is called, what is being waited for and since when."""
        now = time.monotonic()
        if self._waiting_since is None:
            self._waiting_since, self._plain_steps = now, 0
        seconds = now - self._waiting_since
        if self._watched and not self._dots:
            spinner = _SPINNER[int(seconds * 10) % len(_SPINNER)]
            print(f"\r\033[K  {spinner} {what} … {seconds:.0f} s", end="", flush=True)
        elif seconds >= (self._plain_steps + 1) * _PLAIN_STEP_SECONDS:
            self._plain_steps += 1
            self.say(f"  {what} … {seconds:.0f} s", "quiet")

    def wait_no_more(self) -> None:
        """Nothing is being waited for now."""
        if self._waiting_since is not None:
            self._clear()
            self._waiting_since = None

    def _clear(self) -> None:
        if self._dots:
            print()
        elif self._watched:
            print("\r\033[K", end="")
        self._dots = False

    def _painted(self, text: str, color: str) -> str:
        return f"\033[{_COLORS[color]}m{text}\033[0m" if self._colored and color in _COLORS else text


def _at_a_glance(payload: dict[str, Any]) -> str:
    told = (f"{name}={_short(payload[name])}" for name in _SHOWN if payload.get(name) is not None)
    return " ".join(told)


def _short(value: Any) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
