"""Clerk's publishable keys, as Clerk makes them."""

from __future__ import annotations

import base64


def publishable(host: str) -> str:
    """Of a development instance whose frontend API is at `host`."""
    return "pk_test_" + base64.b64encode(f"{host}$".encode()).decode().rstrip("=")
