"""Jobs are handed over to the queue within seconds, or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from curaway.qstash import QStashPublisher, QueueRefused, QueueUnavailable
from tests.doubles import QStashDouble

CALLBACK = "https://api.curaway.ai/webhooks/qstash/document-parse"


@pytest.fixture
def queue() -> Iterator[QStashDouble]:
    with QStashDouble() as double:
        yield double


@pytest.fixture
async def publisher(queue) -> AsyncIterator[QStashPublisher]:
    publisher = QStashPublisher(
        token="t", public_base_url="https://api.curaway.ai/", qstash_url=queue.url, timeout_seconds=1
    )
    yield publisher
    await publisher.aclose()


async def _publish(publisher: QStashPublisher, **more: Any) -> str:
    return await publisher.publish(
        **{
            "path": "/webhooks/qstash/document-parse",
            "body": {"document_id": "d-1"},
            "deduplication_id": "job-1",
            "flow_key": "tenant/apollo ü",
            "retries": 5,
            **more,
        }
    )


async def test_a_job_is_published_with_everything_that_bounds_it(queue, publisher):
    assert await _publish(publisher, delay_seconds=30, retry_delay="pow(2, retried) * 1000") == "msg_1"
    (request,) = queue.requests
    assert request.path == f"/v2/publish/{CALLBACK}"
    assert json.loads(request.body) == {"document_id": "d-1"}
    sent = {name: value for name, value in request.headers.items() if name.startswith(("upstash-", "auth"))}
    assert sent == {
        "authorization": "Bearer t",
        "upstash-deduplication-id": "job-1",
        "upstash-delay": "30s",
        "upstash-failure-callback": "https://api.curaway.ai/webhooks/qstash/failed",
        "upstash-flow-control-key": "tenant-apollo--",
        "upstash-flow-control-value": "parallelism=4",
        "upstash-redact-fields": "body",
        "upstash-retries": "5",
        "upstash-retry-delay": "pow(2, retried) * 1000",
        "upstash-timeout": "150s",
    }


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_passing_fault_of_the_queue_may_be_tried_again(queue, publisher, status):
    queue.status = status
    with pytest.raises(QueueUnavailable):
        await _publish(publisher)
    assert len(queue.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 412])
async def test_what_the_queue_will_never_take_is_refused_without_quoting_its_answer(queue, publisher, status):
    queue.status = status
    with pytest.raises(QueueRefused) as refused:
        await _publish(publisher)
    assert str(refused.value) == f"the queue answered {status}"


async def test_a_daily_limit_is_a_passing_fault(queue, publisher):
    queue.status, queue.headers = 429, {"RateLimit-Limit": "1"}
    with pytest.raises(QueueUnavailable):
        await _publish(publisher)


async def test_a_queue_that_does_not_answer_is_given_up_in_time(queue, publisher):
    queue.seconds = 3
    started = time.monotonic()
    with pytest.raises(QueueUnavailable, match="TimeoutError"):
        await _publish(publisher)
    assert time.monotonic() - started < 2


async def test_a_queue_that_is_not_there_is_unavailable():
    publisher = QStashPublisher(token="t", public_base_url="https://a", qstash_url="http://127.0.0.1:9")
    with pytest.raises(QueueUnavailable, match="ConnectError"):
        await _publish(publisher)
    await publisher.aclose()
