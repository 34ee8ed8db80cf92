"""An upload, the jobs it causes, their callbacks, and who hears of it all: one trace."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from curaway.qstash import QStashPublisher
from events.models import Job, JobStatus
from events.relay import Relay
from patients.models import Patient
from tests.conftest import put_off_jobs
from tests.local.queue_process import TOKEN, Queue
from tests.patients.uploads import Uploader
from tests.people import People
from tests.spans import Spans, traced
from tests.waiting import wait_until
from tests.webhooks.callbacks import with_signing_keys

CONFIRM = "POST api/v1/uploads/confirm"
PARSE = "POST webhooks/qstash/document-parse"
EXTRACT = "POST webhooks/qstash/clinical-extract"


@pytest.fixture
def spans(database: None) -> Iterator[Spans]:
    with traced() as kept:
        yield kept


@pytest.fixture
def publish(tmp_path: Path, settings: Any) -> Iterator[Callable[[datetime], Counter[str]]]:
    """Publishes what is due to a queue in a process of its own, which delivers it."""
    queue = Queue(tmp_path)
    queue.start()
    environment = with_signing_keys(settings.ENVIRONMENT)
    settings.ENVIRONMENT = dataclasses.replace(environment, QSTASH_URL=queue.url, QSTASH_TOKEN=TOKEN)
    put_off_jobs()

    async def published(now: datetime) -> Counter[str]:
        publisher = QStashPublisher.of(settings.ENVIRONMENT)
        try:
            return await Relay(publisher).publish_due(now)
        finally:
            await publisher.aclose()

    yield lambda now: asyncio.run(published(now))
    queue.end(signal.SIGKILL)


def is_done(patient: Patient, kind: str) -> bool:
    return Job.objects.filter(patient_id=patient.pk, kind=kind, status=JobStatus.DONE).exists()


@pytest.mark.timeout(120)
def test_an_upload_its_jobs_their_callbacks_and_the_stream_are_one_trace(
    people: People, http: httpx.Client, stream: Any, spans: Spans, publish: Callable[[datetime], Counter[str]]
) -> None:
    patient, correlation = people.patient(), str(uuid.uuid4())
    watching = stream(patient, follow=True)
    watching.connected()
    uploads = Uploader(http, people.patient_headers(patient), patient.id)
    target = uploads.target()
    uploads.put(target)
    answer = uploads.confirm(target, headers={**uploads.headers, "X-Correlation-ID": correlation})
    assert answer.is_success, answer.text
    for kind in ("document-parse", "clinical-extract"):
        assert publish(timezone.now())["published"] >= 1
        wait_until(partial(is_done, patient, kind), seconds=60)
    heard = []
    while not heard or heard[-1]["event_type"] != "document_analyzed":
        heard.append(watching.next().data)
    assert {one["correlation_id"] for one in heard} == {correlation}
    assert {"document_uploaded", "document_parsed", "clinical_entities_extracted"} <= {
        one["event_type"] for one in heard
    }

    def told() -> list[tuple[str, int]]:
        hears = [span.attributes for span in spans.trace(correlation) if span.name == "hear"]
        return [(of["event_type"], of["position"]) for of in hears if of["position"] <= heard[-1]["position"]]

    assert told() == [(one["event_type"], one["position"]) for one in heard]
    wait_until(lambda: len(_way(spans, correlation)) >= 8)
    assert _way(spans, correlation) == [
        (CONFIRM, None),
        ("work", CONFIRM),
        *(("publish", "work"), (PARSE, "publish"), ("work", PARSE)),
        *(("publish", "work"), (EXTRACT, "publish"), ("work", EXTRACT)),
    ]


def _way(spans: Spans, correlation: str) -> list[tuple[str, str | None]]:
    """Each step of the trace and the one it stands under, as they began; without what was heard."""
    trace = sorted(spans.trace(correlation), key=lambda span: span.start_time)
    names = {span.context.span_id: span.name for span in trace}
    return [(span.name, names[span.parent.span_id] if span.parent else None) for span in trace if span.name != "hear"]
