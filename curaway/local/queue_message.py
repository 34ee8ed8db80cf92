"""A message of the local queue: what a publisher asked for, read from QStash's headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
DEFAULT_RETRIES = 3
DEFAULT_TIMEOUT = 7200.0
FORWARD = "upstash-forward-"
DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
RETRY_DELAY = re.compile(r"pow\((\d{1,3}), retried\) \* (\d{1,6})")
PARALLELISM = re.compile(r"parallelism=(\d+)")


class MessageRefused(ValueError):
    """The publisher asked for something impossible; the text says what, without values."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One job for one address. Times are seconds since 1970, spans are seconds."""

    destination: str
    body: bytes
    not_before: float
    created_at: float
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent along with the delivery."""

    max_retries: int = DEFAULT_RETRIES
    timeout: float = DEFAULT_TIMEOUT
    flow_key: str = ""
    parallelism: int = 0
    """Deliveries at once for `flow_key`; 0: no limit."""

    deduplication_id: str = ""
    failure_callback: str = ""
    """Told when the last try has failed; empty: nobody is."""

    retry_delay: str = ""
    """As published; empty: doubling from a second."""

    retried: int = 0
    id: str = field(default_factory=lambda: f"msg_{secrets.token_urlsafe(18)}")


def read_message(destination: str, headers: Mapping[str, str], body: bytes, *, now: float) -> Message:
    """The message a publish request describes; header names in lower case. Raises `MessageRefused`."""
    method = headers.get("upstash-method", "POST").upper()
    if method not in METHODS:
        raise MessageRefused("Upstash-Method is not a method")
    flow = PARALLELISM.search(headers.get("upstash-flow-control-value", ""))
    return Message(
        destination=_local(destination),
        body=body,
        method=method,
        headers=_forwarded(headers),
        created_at=now,
        not_before=_not_before(headers, now),
        max_retries=_count(headers.get("upstash-retries", str(DEFAULT_RETRIES)), "Upstash-Retries"),
        timeout=_seconds(headers["upstash-timeout"], "Upstash-Timeout")
        if "upstash-timeout" in headers
        else DEFAULT_TIMEOUT,
        flow_key=headers.get("upstash-flow-control-key", ""),
        parallelism=int(flow.group(1)) if flow else 0,
        deduplication_id=headers.get("upstash-deduplication-id", ""),
        failure_callback=_local(headers["upstash-failure-callback"]) if "upstash-failure-callback" in headers else "",
        retry_delay=_expression(headers.get("upstash-retry-delay", "")),
    )


def milliseconds(expression: str, retried: int) -> float:
    """What an expression that was taken comes to."""
    base, factor = RETRY_DELAY.fullmatch(expression).groups()  # type: ignore[union-attr]
    return float(int(base) ** min(retried, 10) * int(factor))


def _expression(text: str) -> str:
    """Of QStash's expressions this queue knows the one form that is used here."""
    if text and not RETRY_DELAY.fullmatch(text):
        raise MessageRefused("Upstash-Retry-Delay is not of the form pow(2, retried) * 1000")
    return text


def _local(destination: str) -> str:
    """This queue serves one machine: asked by mistake, it must not carry patients' data anywhere else."""
    try:
        parts = urlsplit(destination)
        host = parts.hostname
    except ValueError:
        raise MessageRefused("the destination is not a URL") from None
    if parts.scheme not in {"http", "https"} or host not in THIS_MACHINE:
        raise MessageRefused("the destination must be an http URL on this machine")
    return destination


def _forwarded(headers: Mapping[str, str]) -> dict[str, str]:
    forwarded = {name.removeprefix(FORWARD): value for name, value in headers.items() if name.startswith(FORWARD)}
    if "content-type" in headers:
        forwarded["content-type"] = headers["content-type"]
    return forwarded


def _not_before(headers: Mapping[str, str], now: float) -> float:
    if "upstash-not-before" in headers:
        return float(_count(headers["upstash-not-before"], "Upstash-Not-Before"))
    return now + _seconds(headers.get("upstash-delay", "0s"), "Upstash-Delay")


def _seconds(text: str, header: str) -> float:
    """`90s`, `2m`, `1d6h` in seconds."""
    found = DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise MessageRefused(f"{header} is not a duration such as 10s")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _count(text: str, header: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise MessageRefused(f"{header} is not a whole number")
    return int(text)
