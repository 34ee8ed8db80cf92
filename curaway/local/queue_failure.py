"""What the local queue tells when it has given up on a message, in QStash's own words."""

from __future__ import annotations

import base64
import json

import httpx

from curaway.local.queue_message import Message


def failure_callback(message: Message, response: httpx.Response | None, *, now: float) -> Message:
    """The message to the failure callback of `message`, which was answered for the last time."""
    told = {
        "status": 0 if response is None else response.status_code,
        "header": {} if response is None else {name: [value] for name, value in response.headers.items()},
        "body": _base64(b"" if response is None else response.content),
        "retried": message.retried,
        "maxRetries": message.max_retries,
        "dlqId": message.id.replace("msg_", "dlq_"),
        "sourceMessageId": message.id,
        "url": message.destination,
        "method": message.method,
        "sourceHeader": {name: [value] for name, value in message.headers.items()},
        "sourceBody": _base64(message.body),
        "notBefore": str(int(message.not_before * 1000)),
        "createdAt": str(int(message.created_at * 1000)),
    }
    return Message(
        destination=message.failure_callback,
        body=json.dumps(told).encode(),
        headers={"content-type": "application/json"},
        created_at=now,
        not_before=now,
        max_retries=message.max_retries,
        deduplication_id=f"failed-{message.id}",
        retry_delay=message.retry_delay,
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
