"""Ringing Redis without waiting for it."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as BrokenConnection
from redis.exceptions import RedisError
from redis.retry import Retry

from curaway import log

logger = log.get(__name__)

WAITING = 1000
"""Rings that may wait for the thread; more are dropped."""

PATIENCE_SECONDS = 0.5
"""How long Redis may take to connect and to answer."""

PAUSE_SECONDS = 1.0
"""After a failure nothing is sent for so long: the circuit is open."""


class Ringer:
    """Sends rings to Redis from one thread, so that a writer never waits for Redis, nor for its name to resolve.

    Rings are dropped, not kept, when they are too many, and when Redis did not take the last one: the poll covers
    them, and an old ring is worth nothing.
    """

    def __init__(self, url: str, channel: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._channel = channel
        self._clock = clock
        self._waiting: Queue[str | None] = Queue(WAITING)
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed_until = 0.0
        self._away = False
        self.dropped = 0
        """Since Redis went away."""
        atexit.register(self.settle)

    def ring(self, message: str) -> None:
        """Hand the message over; it is sent soon, or never."""
        self._begin()
        if self._clock() < self._closed_until:
            self.dropped += 1
            return
        try:
            self._waiting.put_nowait(message)
        except Full:
            self.dropped += 1

    def settle(self) -> None:
        """Send what waits, and end; within `PATIENCE_SECONDS` and a little. A command ends with its last ring sent."""
        if self._thread is not None:
            with suppress(Full):
                self._waiting.put_nowait(None)
            self._thread.join(PATIENCE_SECONDS + 0.1)

    def _begin(self) -> None:
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                # Made at the first ring: a thread does not survive the fork of a server's workers.
                self._thread = threading.Thread(target=self._send_for_ever, name="ringer", daemon=True)
                self._thread.start()

    def _send_for_ever(self) -> None:
        with Redis.from_url(
            self._url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            # Once more where the connection was broken, as by a restart of Redis; not where Redis hangs.
            retry=Retry(NoBackoff(), 1, supported_errors=(BrokenConnection,)),
            protocol=2,
        ) as redis:
            while (message := self._waiting.get()) is not None:
                try:
                    redis.publish(self._channel, message)
                except (RedisError, OSError) as fault:
                    self._open_circuit(fault)
                else:
                    self._say_back()

    def _open_circuit(self, fault: Exception) -> None:
        self._closed_until = self._clock() + PAUSE_SECONDS
        self.dropped += 1 + self._drop_waiting()
        # Once: every ring's failure would flood the log.
        if not self._away:
            logger.warning("redis_away", cause=type(fault).__name__)
        self._away = True

    def _drop_waiting(self) -> int:
        count = 0
        with suppress(Empty, Full):
            while True:
                if self._waiting.get_nowait() is None:
                    self._waiting.put_nowait(None)
                    return count
                count += 1
        return count

    def _say_back(self) -> None:
        if self._away:
            logger.info("redis_back", rings_dropped=self.dropped)
        self._away, self.dropped = False, 0
