"""A request's head, written as it is asked for: also as no proper client would."""

from __future__ import annotations

from collections.abc import Mapping

from bench.conformance.address import Address


def head_of(
    address: Address, headers: Mapping[str, str], *, method: str = "GET", version: str = "1.1", host: str | None = None
) -> bytes:
    """A request without a body; `host` replaces the Host line's value, and is left out when empty."""
    host = address.authority if host is None else host
    lines = [f"{method} {address.path} HTTP/{version}", *([f"Host: {host}"] if host else [])]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
