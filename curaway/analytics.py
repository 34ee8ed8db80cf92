"""What PostHog is told: how streams fare, per tenant; never who the patient or the user is."""

from __future__ import annotations

import logging
import re
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from posthog import Posthog

log = logging.getLogger(__name__)

OPENING = frozenset({"resumed", "reset"})
PROPERTIES: dict[str, frozenset[str]] = {
    "sse_connected": OPENING,
    "sse_reconnected": OPENING,
    "sse_disconnected": frozenset({"reason", "duration_seconds", "events"}),
}
"""Every event that may be sent, and all that may be said about it besides the tenant."""

WORD = re.compile(r"[a-z][a-z_]{0,39}")
REQUEST_TIMEOUT_SECONDS = 5
FLUSH_SECONDS = 2.0


class NotAllowed(ValueError):
    """An event or property outside `PROPERTIES`; the message names it without its value."""


@cache
def analytics() -> Analytics:
    """This process's analytics, from the settings."""
    from django.conf import settings

    environment = settings.ENVIRONMENT
    return Analytics(api_key=environment.POSTHOG_API_KEY, host=environment.POSTHOG_HOST, strict=environment.DEBUG)


class Analytics:
    """Queues events for PostHog without waiting for it; without a key nothing is sent."""

    def __init__(self, *, api_key: str = "", host: str | None = None, strict: bool = False) -> None:
        """`strict`: what is not allowed raises `NotAllowed` (development, tests); else it is dropped."""
        self._api_key = api_key
        self._host = host
        self._strict = strict
        self._guard = threading.Lock()
        self._client: Posthog | None = None
        self._closed = False

    def capture(self, event: str, *, tenant_id: str, **properties: Any) -> None:
        """Send `event` some time soon, in the tenant's name."""
        try:
            _check(event, properties)
        except NotAllowed as refused:
            if self._strict:
                raise
            log.warning("not sent to analytics: %s", refused)
            return
        try:
            self._send(event, tenant_id, properties)
        except Exception:  # Analytics must never end a stream.
            log.warning("analytics event %s was lost", event, exc_info=True)

    def warm(self) -> None:
        """Build the client at start: importing it takes half a second that no stream should wait for."""
        if not self._api_key or self._closed:
            return
        with self._guard:
            self._client = self._client or self._build()

    def shutdown(self) -> None:
        """Send what is queued, waiting 2 seconds at most; later events are dropped."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            # The client's own shutdown waits without a limit for an endpoint that does not answer. Its
            # threads are daemons and its exit hook gives up after a second.
            client.flush(timeout_seconds=FLUSH_SECONDS)

    def _send(self, event: str, tenant_id: str, properties: dict[str, Any]) -> None:
        self.warm()
        if self._client is None:
            return
        self._client.capture(
            event,
            distinct_id=f"tenant:{tenant_id}",
            properties={**properties, "tenant": tenant_id, "$process_person_profile": False},
            disable_geoip=True,
        )

    def _build(self) -> Posthog:
        from posthog import Posthog

        return Posthog(
            self._api_key,
            host=self._host,
            gzip=True,
            timeout=REQUEST_TIMEOUT_SECONDS,
            max_retries=2,
            disable_geoip=True,
        )


def _check(event: str, properties: dict[str, Any]) -> None:
    allowed = PROPERTIES.get(event)
    if allowed is None:
        raise NotAllowed(f"event {event!r}")
    for name, value in properties.items():
        if name not in allowed or not _says_nothing_personal(value):
            raise NotAllowed(f"property {name!r} of {event}")


def _says_nothing_personal(value: object) -> bool:
    """A number, a switch, nothing, or one of our own words: free text could carry anything."""
    if isinstance(value, str):
        return WORD.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)
