"""How the local queue delivers: signed, several at once, again after a while when it did not work."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import jwt

from curaway.local.queue_failure import failure_callback
from curaway.local.queue_message import Message, milliseconds
from curaway.local.queue_store import QueueStore

log = logging.getLogger("curaway.local.qstash")

AT_ONCE = 16
NOT_RETRYABLE = 489
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LONGEST_RETRY_AFTER = 86_400.0
SIGNATURE_SECONDS = 300
UNREACHABLE_SECONDS, UNREACHABLE_PAUSE = 600.0, 1.0
FINISH_SECONDS = 1.5


class Delivery:
    """Delivers what is due until it is stopped; what was under way then stays in the store."""

    def __init__(
        self,
        store: QueueStore,
        *,
        signing_key: str,
        client: httpx.AsyncClient,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._key = signing_key
        self._client = client
        self._now = now
        self._woken = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Message] = {}

    def wake(self) -> None:
        """Something was published: look again."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled, then finish or put back what is under way, within 1.5 seconds."""
        try:
            while True:
                self._woken.clear()
                self._start_due()
                await self._pause()
        finally:
            await self._finish()

    def _start_due(self) -> None:
        while len(self._under_way) < AT_ONCE:
            message = self._store.claim(self._now(), self._full())
            if message is None:
                return
            task = asyncio.create_task(self._deliver(message))
            self._under_way[task] = message
            task.add_done_callback(self._forget)

    def _full(self) -> set[str]:
        """Flow keys with as many deliveries under way as they may have."""
        running = Counter(message.flow_key for message in self._under_way.values())
        return {
            message.flow_key
            for message in self._under_way.values()
            if message.flow_key and 0 < message.parallelism <= running[message.flow_key]
        }

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._woken.set()

    async def _pause(self) -> None:
        """Until woken, or the next message is due."""
        at = self._store.next_at(self._full()) if len(self._under_way) < AT_ONCE else None
        try:
            async with asyncio.timeout(None if at is None else max(0.0, at - self._now())):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _finish(self) -> None:
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=FINISH_SECONDS)
        for task, message in list(self._under_way.items()):
            task.cancel()
            self._store.release(message.id)

    async def _deliver(self, message: Message) -> None:
        try:
            async with asyncio.timeout(message.timeout):
                response = await self._client.request(
                    message.method,
                    message.destination,
                    headers=_encoded({**message.headers, **self._signed_headers(message)}),
                    content=message.body,
                )
        except httpx.ConnectError as problem:
            self._postpone(message, type(problem).__name__)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as problem:
            self._settle(message, None, type(problem).__name__)
        else:
            self._settle(message, response, str(response.status_code))

    def _signed_headers(self, message: Message) -> dict[str, str]:
        now = int(self._now())
        claims = {
            "iss": "Upstash",
            "sub": message.destination,
            "exp": now + SIGNATURE_SECONDS,
            "nbf": now,
            "iat": now,
            "jti": f"jwt_{message.id.removeprefix('msg_')}_{message.retried}",
            "body": base64.urlsafe_b64encode(hashlib.sha256(message.body).digest()).decode(),
        }
        return {
            "upstash-signature": jwt.encode(claims, self._key, algorithm="HS256"),
            "upstash-message-id": message.id,
            "upstash-retried": str(message.retried),
            "user-agent": "Upstash-QStash",
        }

    def _postpone(self, message: Message, outcome: str) -> None:
        """Nobody listens: on one machine that is a server being restarted, which must not use up the tries."""
        if self._now() - message.created_at > UNREACHABLE_SECONDS:
            self._settle(message, None, outcome)
        else:
            self._store.release(message.id, at=self._now() + UNREACHABLE_PAUSE)

    def _settle(self, message: Message, response: httpx.Response | None, outcome: str) -> None:
        # Paths and outcomes only: a body may be about a patient.
        where = urlsplit(message.destination).path
        status = None if response is None else response.status_code
        if response is not None and response.is_success:
            self._store.delivered(message.id, response.status_code)
            log.info("delivered %s %s %s", message.id, where, outcome)
        elif message.retried >= message.max_retries or _is_final(response):
            self._tell(message, response)
            self._store.failed(message.id, status)
            log.warning("failed %s %s %s", message.id, where, outcome)
        else:
            pause = _pause_before_retry(message, response, self._now())
            self._store.retry(message.id, at=self._now() + pause, status=status)
            log.info("again in %.0f s %s %s %s", pause, message.id, where, outcome)

    def _tell(self, message: Message, response: httpx.Response | None) -> None:
        """Before the message counts as failed: told twice after a crash, its id makes it one."""
        if message.failure_callback:
            self._store.add(failure_callback(message, response, now=self._now()))
            self.wake()


def _encoded(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """As they came in: the client would refuse anything but ASCII in text."""
    return {name.encode("latin-1"): value.encode("latin-1") for name, value in headers.items()}


def _is_final(response: httpx.Response | None) -> bool:
    return (
        response is not None
        and response.status_code == NOT_RETRYABLE
        and response.headers.get("upstash-nonretryable-error", "").lower() == "true"
    )


def _pause_before_retry(message: Message, response: httpx.Response | None, now: float) -> float:
    """Seconds: what the receiver asked for in Retry-After, else what the publisher asked for, else doubling
    from 1 to 60."""
    asked = "" if response is None else response.headers.get("retry-after", "")
    if asked.isdecimal():
        return min(float(asked), LONGEST_RETRY_AFTER)
    try:
        return min(max(parsedate_to_datetime(asked).timestamp() - now, FIRST_PAUSE), LONGEST_RETRY_AFTER)
    except (ValueError, TypeError):
        if message.retry_delay:
            return milliseconds(message.retry_delay, message.retried) / 1000
        return min(FIRST_PAUSE * float(1 << min(message.retried, 10)), LONGEST_PAUSE)
