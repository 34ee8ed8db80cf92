"""A process is killed at the worst moment; another one goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from django.utils import timezone

from events import jobs
from events.models import Job, JobStatus
from patients.models import Document
from tests.doubles import QStashDouble
from tests.events.test_exactly_once import left_by
from tests.patients.uploads import Uploader
from tests.processes import is_alive
from tests.waiting import wait_until
from tests.webhooks.analyses import read_document
from tests.webhooks.callbacks import CURRENT, NEXT, Callbacks, signature, status_in
from tests.webhooks.documents import job_of, upload

pytestmark = pytest.mark.timeout(180)

KEYS = {"QSTASH_CURRENT_SIGNING_KEY": CURRENT, "QSTASH_NEXT_SIGNING_KEY": NEXT}


def kill(server: Any) -> None:
    os.killpg(server.pid, signal.SIGKILL)
    server.process.wait()


def published(queue: QStashDouble, job: Job) -> list[Any]:
    """What the queue was asked to take of this job."""
    return [one for one in queue.requests if json.loads(one.body).get("job_id") == str(job.pk)]


def test_between_commit_and_publish_the_job_is_published_by_another(people, process_server, monkeypatch):
    monkeypatch.setattr(jobs, "claim_due", lambda **_: [])  # this process has no queue
    patient = people.patient()
    with QStashDouble() as queue, process_server(QSTASH_URL=queue.url, QSTASH_TOKEN="t") as server:
        queue.seconds = 60  # the queue has heard of the job, and never says that it took it
        with httpx.Client(base_url=server.url, timeout=30) as http:
            uploads = Uploader(http, people.patient_headers(patient), patient.id)
            target = uploads.target()
            uploads.put(target)
            assert uploads.confirm(target).status_code == 202
        job = Job.objects.get(patient_id=patient.id)
        wait_until(lambda: published(queue, job), seconds=30)
        kill(server)
        first = published(queue, job)
    job.refresh_from_db()
    assert (job.status, job.message_id) == (JobStatus.WAITING, "")
    # The dead relay's lease passes.
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    with QStashDouble() as queue, process_server(QSTASH_URL=queue.url, QSTASH_TOKEN="t"):
        wait_until(lambda: Job.objects.get(pk=job.pk).status == JobStatus.PUBLISHED, seconds=60)
        again = published(queue, job)
    # The queue knows by this that both are one.
    names = {one.headers["upstash-deduplication-id"] for one in [*first, *again]}
    assert names == {f"{job.pk}-first"}
    jobs.finish(job.pk, JobStatus.DONE)


@pytest.mark.parametrize("kind", ["document-parse", "clinical-extract", "notification"])
def test_between_the_work_and_the_answer_it_is_delivered_again_and_changes_nothing(
    people, process_server, callbacks, kind
):
    def due(patient: Any) -> Job:
        if kind == "document-parse":
            return job_of(upload(patient))
        if kind == "clinical-extract":
            return job_of(read_document(patient), "clinical-extract")
        from tests.webhooks.notifications import registered

        return registered(patient)

    plain, other = (people.patient() for _ in range(2))
    assert status_in(callbacks.send(kind, due(plain).message())) in ("done", "skipped")
    job = due(other)
    with process_server(**KEYS) as server:
        unread = delivered(server.url, job)
        wait_until(lambda: Job.objects.get(pk=job.pk).status == JobStatus.DONE, seconds=60)
        kill(server)
        unread.close()
    assert status_in(callbacks.send(kind, job.message())) == "duplicate"
    assert left_by(other) == left_by(plain)


def test_in_the_middle_of_ocr_the_document_is_read_by_another(people, process_server, callbacks):
    plain, other = people.patient(), people.patient()
    assert status_in(callbacks.send("document-parse", job_of(upload(plain, "scanned-knee-report.pdf")).message()))
    document = upload(other, "scanned-knee-report.pdf")
    with process_server(**KEYS) as server, ThreadPoolExecutor(1) as queue:
        answer = queue.submit(Callbacks(server.url).send, "document-parse", job_of(document).message())
        reading = wait_until(lambda: readers_of(server.pid), seconds=60)
        kill(server)
        assert isinstance(answer.exception(60), httpx.TransportError)
    # Nobody is left behind who reads on.
    wait_until(lambda: not any(is_alive(pid) for pid in reading), seconds=20)
    assert Document.objects.get(pk=document.pk).status == "parsing"
    Document.objects.filter(pk=document.pk).update(claimed_until=timezone.now())
    assert status_in(callbacks.send("document-parse", job_of(document).message())) == "done"
    assert left_by(other) == left_by(plain)


def test_in_the_middle_of_an_analysis_it_is_made_by_another(people, process_server, callbacks):
    plain, other = people.patient(), people.patient()
    callbacks.send("clinical-extract", job_of(read_document(plain), "clinical-extract").message())
    document = read_document(other)
    job = job_of(document, "clinical-extract")
    with process_server(**KEYS) as server, ThreadPoolExecutor(1) as queue:
        answer = queue.submit(Callbacks(server.url).send, "clinical-extract", job.message())
        wait_until(lambda: readers_of(server.pid), seconds=60, every=0.002)
        kill(server)
        assert isinstance(answer.exception(60), httpx.TransportError)
    Document.objects.filter(pk=document.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    outcomes = [status_in(callbacks.send("clinical-extract", job.message())) for _ in range(2)]
    assert outcomes == ["done", "duplicate"]
    assert left_by(other) == left_by(plain)


def delivered(url: str, job: Job) -> socket.socket:
    """A delivery on a connection of its own, whose answer nobody reads."""
    where, body = urlsplit(url), json.dumps(job.message()).encode()
    path = f"/webhooks/qstash/{job.kind}"
    client = socket.create_connection((where.hostname, where.port), timeout=30)
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {where.netloc}",
        f"Content-Length: {len(body)}",
        f"Upstash-Signature: {signature(url + path, body)}",
    ]
    client.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return client


def readers_of(pid: int) -> list[int]:
    """Processes that the server has started for what may take any time."""
    return [child.pid for child in psutil.Process(pid).children()]
