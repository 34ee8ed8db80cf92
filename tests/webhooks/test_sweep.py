"""The queue's own call to publish what is due."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from curaway import metrics
from events.models import Job
from tests.doubles import QStashDouble
from tests.events.outbox import new_job
from tests.waiting import wait_until
from tests.webhooks.callbacks import code_in, signature, status_in


@pytest.fixture
def queue(settings, callbacks):
    with QStashDouble() as double:
        settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, QSTASH_URL=double.url, QSTASH_TOKEN="t")
        yield double


def call(callbacks, body=b""):
    url = f"{callbacks.url}/webhooks/qstash/sweep"
    return httpx.post(url, content=body, headers={"Upstash-Signature": signature(url, body)}, timeout=60)


def swept(callbacks, queue, body):
    """The jobs that were published when it was called."""
    assert status_in(call(callbacks, body)) == "done"
    return {json.loads(request.body)["job_id"] for request in queue.requests}


@pytest.mark.parametrize("body", [b"", b"not json"])
def test_it_publishes_what_is_due_whatever_its_body(queue, callbacks, body):
    job, later = new_job(), new_job(due_at=timezone.now() + timedelta(minutes=5))
    # The suite's relay may have taken it first, to a queue that is not there: it is due again in a second.
    wait_until(lambda: str(job.pk) in swept(callbacks, queue, body))
    assert str(later.pk) not in swept(callbacks, queue, body)
    assert Job.objects.get(pk=job.pk).message_id == "msg_1"


def test_it_is_counted_with_what_it_published(queue, callbacks):
    def counted():
        of = {"sweep": "jobs_published_late"}
        return [metrics.REGISTRY.get_sample_value(f"curaway_{name}_total", of) for name in ("sweeps", "swept")]

    new_job()
    sweeps, published = counted()
    assert status_in(call(callbacks)) == "done"
    assert queue.requests
    assert counted() == [sweeps + 1, published + len(queue.requests)]
    queue.down = True
    new_job()
    call(callbacks)
    assert counted() == [sweeps + 2, published + len(queue.requests) - 1]


def test_a_queue_that_is_away_loses_nothing(queue, callbacks):
    queue.down = True
    job = new_job()
    assert status_in(call(callbacks)) == "done"
    job.refresh_from_db()
    assert (job.status, job.last_error) == ("waiting", "QueueUnavailable")


def test_it_is_signed(callbacks):
    assert code_in(httpx.post(f"{callbacks.url}/webhooks/qstash/sweep"))[0] == 401
