"""Traces: what stands under whose trace id, what spans do not say, and nothing where none are kept.

A whole way, from an upload to the stream, is in `tests/stories/test_one_trace.py`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings

from curaway import tracing
from events import jobs
from events.models import Job
from events.relay import Relay
from tests.events.outbox import Queue
from tests.facts import record
from tests.http_double import Answer, HttpDouble, Request
from tests.people import People
from tests.servers import ROOT
from tests.spans import Spans, traced
from tests.waiting import wait_until
from tests.webhooks.callbacks import Callbacks, with_signing_keys

CALLERS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[Spans]:
    with traced() as kept:
        yield kept


async def _publish(job: Job) -> list[dict[str, Any]]:
    queue = Queue()
    await Relay(queue)._published(job)
    return queue.taken


def test_a_request_and_who_hears_of_what_it_records_are_one_trace(
    people: People, http: httpx.Client, stream: Any, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", with_signing_keys(settings.ENVIRONMENT))
    patient, correlation = people.patient(), str(uuid.uuid4())
    heard = stream(patient, follow=True)
    heard.connected()
    headers = {**people.patient_headers(patient), "X-Correlation-ID": correlation}
    body = {"patient_id": patient.id, "message": "I have knee pain", "attachments": [], "context": {}}
    answer = http.post(f"/api/v1/patients/{patient.id}/chat", headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    assert heard.next().data["correlation_id"] == correlation
    wait_until(lambda: "hear" in spans.of(correlation))
    told = spans.of(correlation)
    assert told["hear"].attributes["event_type"].endswith(("_generated", "_collected", "_extracted", "_updated"))
    assert told["POST api/v1/patients/<patient_id>/chat"].attributes["http.response.status_code"] == 200


def test_a_job_carries_the_trace_of_its_request_to_its_callback(
    people: People, server: Any, http: httpx.Client, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", with_signing_keys(settings.ENVIRONMENT))
    correlation = str(uuid.uuid4())
    subject = f"user_{uuid.uuid4().hex}"
    headers = {**people.headers(people.issuer.token(subject)), "X-Correlation-ID": correlation}
    body = {"first_name": "Test", "last_name": "Person", "email": "test@example.test"}
    assert http.post("/api/v1/patients", headers=headers, json=body).status_code == 201
    job = Job.objects.get(correlation_id=correlation)
    (request,) = (span for span in spans.of(correlation).values() if span.name == "POST api/v1/patients")
    assert job.traceparent.split("-")[1:3] == [
        f"{request.context.trace_id:032x}",
        f"{request.context.span_id:016x}",
    ]
    jobs.finish(job.pk, "waiting")
    (published,) = asyncio.run(_publish(job))
    traceparent = published["headers"]["traceparent"]
    answer = Callbacks(server.url).send(job.kind, job.message(), headers={"traceparent": traceparent})
    assert answer.status_code == 200, answer.text
    callback = f"POST webhooks/qstash/{job.kind}"
    wait_until(lambda: {"work", callback} <= spans.of(correlation).keys())
    told = spans.of(correlation)
    parents = {name: told[name].parent.span_id for name in ("publish", callback, "work")}
    assert parents == {
        "publish": request.context.span_id,
        callback: told["publish"].context.span_id,
        "work": told[callback].context.span_id,
    }


def test_a_callers_trace_is_gone_on_from_and_is_the_correlation_id(
    people: People, http: httpx.Client, spans: Spans
) -> None:
    patient = people.patient()
    headers = {**people.patient_headers(patient), "traceparent": CALLERS}
    answer = http.get(f"/api/v1/patients/{patient.id}", headers=headers)
    trace_id, parent = CALLERS.split("-")[1:3]
    assert answer.headers["X-Correlation-ID"] == trace_id
    (span,) = spans.of(trace_id).values()
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (trace_id, parent)


@pytest.mark.parametrize(
    "header", ["", "00-0-0-01", CALLERS.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32), "x"]
)
def test_a_malformed_trace_is_as_none(people: People, http: httpx.Client, spans: Spans, header: str) -> None:
    patient = people.patient()
    headers = {**people.patient_headers(patient), "traceparent": header}
    answer = http.get(f"/api/v1/patients/{patient.id}", headers=headers)
    (span,) = spans.of(answer.headers["X-Correlation-ID"]).values()
    assert span.parent is None


def test_no_span_says_whose_it_is(people: People, http: httpx.Client, stream: Any, spans: Spans) -> None:
    patient = people.patient()
    http.get(f"/api/v1/patients/{patient.id}/summary", headers=people.patient_headers(patient))
    client = stream(patient, follow=True)
    client.connected()
    record(patient, "Maria-Gonzalez-knee.pdf")
    client.next()
    wait_until(lambda: any(span.name == "hear" for span in spans.all()))
    text = "\n".join(span.to_json() for span in spans.all())
    for secret in (patient.id, str(patient.subject), patient.tenant_id, "Maria"):
        assert secret not in text


def test_a_step_that_fails_says_by_which_class_and_not_why(spans: Spans) -> None:
    with pytest.raises(ValueError, match="Maria"), tracing.step("work"):
        raise ValueError("Maria")
    (span,) = spans.all()
    assert (span.status.description, span.events) == ("ValueError", ())


def test_where_no_traces_are_kept_nothing_is_made_and_nothing_imported() -> None:
    with tracing.step("work") as span:
        assert span is None
    code = "import sys, curaway.asgi; print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert json.loads(told.stdout.strip().splitlines()[-1]) == []


class Collector(HttpDouble):
    """Takes traces over OTLP."""

    def answer(self, request: Request) -> Answer:
        return Answer()


def test_spans_reach_a_collector() -> None:
    with Collector() as collector:
        environment = dataclasses.replace(settings.ENVIRONMENT, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        tracing.begin(environment)
        try:
            with tracing.step("work"):
                pass
        finally:
            tracing.end()
        (request,) = collector.requests
    assert request.path == "/v1/traces"
    assert b"curaway" in request.body
    assert not tracing.is_on()


def test_a_trace_is_found_by_the_correlation_id() -> None:
    known = uuid.uuid4()
    assert tracing.trace_id(str(known)) == tracing.trace_id(known.hex) == known.int
    assert tracing.trace_id("corr-9") == tracing.trace_id("corr-9") != tracing.trace_id("corr-8")
    assert 0 < tracing.trace_id(str(uuid.UUID(int=0))) < 2**128
