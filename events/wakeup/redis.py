"""The bell over Redis: pub/sub, for more processes than NOTIFY carries well.

Pub/sub keeps nothing: what is published while a process does not listen is gone, which is all a bell promises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from events.wakeup.bell import CHANNEL
from events.wakeup.ringer import Ringer

CONNECT_SECONDS = 5.0
QUIET_SECONDS = 10.0
"""Silence after which Redis is asked whether it is still there: a connection may be dead without saying so."""
ANSWER_SECONDS = 5.0


class RedisAway(ConnectionError):
    """Redis refused, hung up, or does not answer."""


class RedisBell:
    """Rings from a thread of its own, and listens on one connection per process."""

    needed = False
    """Every process would leave at once when Redis does, and take the streams with it, which work without."""

    when_silent = "Redis does not answer: events are heard by the poll"

    def __init__(self, url: str) -> None:
        """`url`: redis://[[user]:password@]host[:port][/number], rediss:// for TLS. The number has no meaning to
        pub/sub, so it becomes part of the channel's name: two installations may share a server."""
        self._url = url
        self.channel = f"{CHANNEL}:{_number(url)}"
        self._ringer = Ringer(url, self.channel)

    def ring(self, message: str) -> None:
        self._ringer.ring(message)

    async def listen(self, hear: Callable[[str], None], on_listening: Callable[[], None]) -> None:
        try:
            async with self._client() as redis, redis.pubsub() as subscription:
                await subscription.subscribe(self.channel)
                while True:
                    said = await _next(subscription)
                    if said["type"] == "subscribe":
                        on_listening()
                    elif said["type"] == "message":
                        hear(said["data"])
        except RedisError as fault:
            raise RedisAway(type(fault).__name__) from None

    def _client(self) -> Redis:
        return Redis.from_url(
            self._url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=CONNECT_SECONDS,
            # Not again by itself: it would listen anew without telling, and what was missed would wait for the poll.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            decode_responses=True,
            encoding_errors="replace",
        )


async def _next(subscription: PubSub) -> dict[str, Any]:
    """What is said next; raises `RedisAway` when nothing is, not even an answer to a ping."""
    said: dict[str, Any] | None = await subscription.get_message(timeout=QUIET_SECONDS)
    if said is None:
        await subscription.ping()
        said = await subscription.get_message(timeout=ANSWER_SECONDS)
    if said is None:
        raise RedisAway("no answer")
    return said


def _number(url: str) -> str:
    number = url.partition("?")[0].partition("://")[2].partition("/")[2]
    return number or "0"
