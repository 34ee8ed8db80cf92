"""QStash, the job queue: jobs are published to it, and what it delivers is verified here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import httpx
from qstash import AsyncQStash
from qstash.errors import (
    DailyMessageLimitExceededError,
    QStashError,
    RateLimitExceededError,
)
from qstash.message import PublishResponse

from curaway.environment import Environment
from curaway.signature import SignatureRefused, verify_signature

__all__ = ["QStashPublisher", "QueueRefused", "QueueUnavailable", "SignatureRefused", "verify_signature"]

PUBLIC_QSTASH_URL = "https://qstash.upstash.io"
PUBLISH_TIMEOUT_SECONDS = 10.0
CALLBACK_TIMEOUT_SECONDS = 150
"""How long QStash waits for a callback's answer: reading a long scan takes a minute or two."""

CALLBACKS_AT_ONCE = 4
"""Callbacks running at the same time for one flow key, so that one tenant leaves room for the others."""

FAILURE_PATH = "/webhooks/qstash/failed"
"""Where QStash tells that it has given up on a job."""

STATUS_IN_MESSAGE = re.compile(r"Request failed with status: (\d{3})\b")
OUTSIDE_FLOW_KEY = re.compile(r"[^A-Za-z0-9_.-]")


class QueueUnavailable(Exception):
    """The queue could not be reached or could not take the job now; publishing it again later may work."""


class QueueRefused(Exception):
    """The queue will never take this job as it is: a wrong token, address or setting."""


class QStashPublisher:
    """Publishes jobs to be delivered to this system's own callback paths; one per process and event loop."""

    def __init__(
        self,
        *,
        token: str,
        public_base_url: str,
        qstash_url: str = "",
        timeout_seconds: float = PUBLISH_TIMEOUT_SECONDS,
    ) -> None:
        """`public_base_url`: where QStash reaches this system. `qstash_url` empty: the vendor's cloud."""
        self._base = public_base_url.rstrip("/")
        self._timeout = timeout_seconds
        # The SDK's own retries sleep in between for up to 20 s; jobs are rows, and the relay's sweep
        # publishes them again. Without a base_url the SDK reads the environment by itself.
        self._sdk = AsyncQStash(token, retry=False, base_url=qstash_url or PUBLIC_QSTASH_URL)

    @classmethod
    def of(cls, environment: Environment) -> QStashPublisher:
        """The publisher of the settings."""
        return cls(
            token=environment.QSTASH_TOKEN,
            public_base_url=environment.public_base_url,
            qstash_url=environment.QSTASH_URL,
        )

    async def publish(
        self,
        *,
        path: str,
        body: Mapping[str, Any],
        deduplication_id: str,
        flow_key: str,
        retries: int,
        retry_delay: str | None = None,
        delay_seconds: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """The queue's message id; raises `QueueUnavailable` or `QueueRefused`, within 10 seconds.

        Published twice under one `deduplication_id` within ten minutes, a job is delivered once. `retry_delay`
        is QStash's expression for the milliseconds before each retry. `headers` come with the callback. When the last
        one has failed, QStash tells `FAILURE_PATH`.
        """
        try:
            # The SDK waits 600 s for an answer and offers no setting for it.
            async with asyncio.timeout(self._timeout):
                answer = await self._sdk.message.publish_json(
                    url=self._base + path,
                    body=dict(body),
                    headers=dict(headers or {}),
                    delay=delay_seconds or None,
                    retries=retries,
                    retry_delay=retry_delay,
                    failure_callback=self._base + FAILURE_PATH,
                    deduplication_id=deduplication_id,
                    timeout=CALLBACK_TIMEOUT_SECONDS,
                    flow_control={
                        "key": OUTSIDE_FLOW_KEY.sub("-", flow_key),
                        "parallelism": CALLBACKS_AT_ONCE,
                    },
                    # Bodies may carry a document's text: kept out of the vendor's logs and console.
                    redact={"body": True},
                )
        except (RateLimitExceededError, DailyMessageLimitExceededError):
            raise QueueUnavailable("the queue's rate limit is reached") from None
        except QStashError as problem:
            raise _refusal(str(problem)) from None
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError) as problem:
            raise QueueUnavailable(f"no answer from the queue: {type(problem).__name__}") from None
        return _message_id(answer)

    async def aclose(self) -> None:
        """Close the connections kept to the queue."""
        await self._sdk.http._client.aclose()


def _refusal(message: str) -> QueueUnavailable | QueueRefused:
    """By the status in the SDK's message; the rest of that quotes the answer's body and is dropped."""
    found = STATUS_IN_MESSAGE.match(message)
    status = int(found.group(1)) if found else 0
    if 400 <= status < 500:
        return QueueRefused(f"the queue answered {status}")
    return QueueUnavailable(f"the queue answered {status or 'something unknown'}")


def _message_id(answer: object) -> str:
    if not isinstance(answer, PublishResponse):
        raise QueueUnavailable("the queue answered for a group of addresses")
    return answer.message_id
