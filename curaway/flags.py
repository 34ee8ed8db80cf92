"""Switches that operators turn while the system runs: Flagsmith's, or the environment's without it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from functools import cache

from flagsmith import Flagsmith
from flagsmith.api.types import EnvironmentModel, FeatureStateModel
from urllib3 import Retry

from curaway.loops import in_event_loop

log = logging.getLogger(__name__)

SSE_STREAMING = "sse_streaming"
REFRESH_SECONDS = 20.0
REQUEST_TIMEOUT_SECONDS = 5
"""With the refresh: a flag turned off is seen within 25 s, or 45 s when one request times out."""


@cache
def flags() -> Flags:
    """This process's flags, from the settings."""
    from django.conf import settings

    environment = settings.ENVIRONMENT
    return Flags(
        {SSE_STREAMING: environment.SSE_STREAMING},
        key=environment.FLAGSMITH_ENVIRONMENT_KEY,
        api_url=environment.FLAGSMITH_API_URL,
    )


class Flags:
    """The value of each declared flag: answered from memory, never by a request, and never with an error."""

    def __init__(
        self,
        defaults: Mapping[str, bool],
        *,
        key: str = "",
        api_url: str | None = None,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        """`defaults`: every flag there is, and its value without `key` or until Flagsmith answers."""
        self._defaults = dict(defaults)
        self._key = key
        self._api_url = api_url
        self._refresh_seconds = refresh_seconds
        self._client: Flagsmith | None = None
        self._guard = threading.Lock()
        self._connecting: threading.Thread | None = None
        self._patience = 0.0
        self._closed = threading.Event()

    def enabled(self, name: str) -> bool:
        """The last known value; the default until there is one. KeyError: a flag nobody declared."""
        default = self._defaults[name]
        if self._client is None:
            self.warm()
        client = self._client
        if client is None:
            return default
        try:
            return client.get_environment_flags().is_feature_enabled(name)
        except Exception:  # A broken or incomplete document must not close every stream.
            log.warning("flag %s could not be evaluated, its default is used", name, exc_info=True)
            return default

    def warm(self) -> None:
        """Connect to Flagsmith, once; waits a few seconds for its first answer, not in an event loop."""
        if not self._key:
            return
        with self._guard:
            if self._connecting is None:
                # Building the client fetches the environment, blocking: so not in the caller's thread. It
                # is built where it is used, as its polling thread does not survive a fork.
                self._patience = time.monotonic() + REQUEST_TIMEOUT_SECONDS + 1
                self._connecting = threading.Thread(target=self._connect, name="flags", daemon=True)
                self._connecting.start()
        if not in_event_loop():
            self._connecting.join(max(0.0, self._patience - time.monotonic()))

    def close(self) -> None:
        """Stop polling. The SDK leaves that to `__del__`, which its own polling thread keeps from running."""
        self._closed.set()
        if self._client is not None:
            self._client.environment_data_polling_manager_thread.stop()

    def _connect(self) -> None:
        if not self._key.startswith("ser."):
            # A client-side key allows remote evaluation only: a request per check, in front of each stream.
            log.error("FLAGSMITH_ENVIRONMENT_KEY is not a server-side key (ser.…): defaults are used")
            return
        while self._client is None and not self._closed.is_set():
            try:
                self._client = self._build()
            except Exception:  # The SDK's start-up lets through what a malformed document makes it raise.
                log.exception("Flagsmith's client could not start, defaults are used until it does")
                self._closed.wait(self._refresh_seconds)

    def _build(self) -> Flagsmith:
        return Flagsmith(
            environment_key=self._key,
            api_url=self._api_url,
            # Local evaluation polls one document in a daemon thread. Should its first fetch fail without an
            # offline handler, there is no document, and every check falls back to a blocking request.
            enable_local_evaluation=True,
            offline_handler=Bootstrap(self._defaults),
            environment_refresh_interval_seconds=self._refresh_seconds,
            # The defaults, 10 s and three retries, could hold one refresh up for longer than a minute.
            request_timeout_seconds=REQUEST_TIMEOUT_SECONDS,
            retries=Retry(total=0),
        )


class Bootstrap:
    """An environment document that holds the defaults, as Flagsmith's API would answer it."""

    def __init__(self, defaults: Mapping[str, bool]) -> None:
        self._defaults = defaults

    def get_environment(self) -> EnvironmentModel:
        return {
            "api_key": "bootstrap",
            "name": "bootstrap",
            "project": {"segments": []},
            "identity_overrides": [],
            "feature_states": [
                _feature_state(number, name, on) for number, (name, on) in enumerate(self._defaults.items(), start=1)
            ],
        }


def _feature_state(number: int, name: str, enabled: bool) -> FeatureStateModel:
    return {
        "enabled": enabled,
        "feature": {"id": number, "name": name},
        "feature_state_value": None,
        "featurestate_uuid": f"00000000-0000-0000-0000-{number:012d}",
        "multivariate_feature_state_values": [],
    }
