"""A job that is delivered often, late, in any order, or again after a crash leaves what it leaves when it comes once.

Of what else a queue does wrong: one that is away, however long, loses nothing and holds nothing else up.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.db.models import F
from django.utils import timezone

from curaway.qstash import QueueUnavailable
from events import jobs, relay
from events.models import Event, Job, JobStatus
from events.relay import Relay
from patients.models import Document, Notification
from tests.doubles import QStashDouble
from tests.events.outbox import Queue, new_job
from tests.patients.notifications.mail_server import MailServer
from tests.waiting import wait_until
from tests.webhooks.analyses import read_document
from tests.webhooks.callbacks import CURRENT, NEXT, Callbacks, code_in, status_in, with_signing_keys
from tests.webhooks.documents import job_of, upload
from tests.webhooks.notifications import document_failed, registered, stored

EMAIL = "ana@example.com"
AGAIN = {"done", "duplicate"}


@pytest.fixture
def callbacks(server, settings):
    settings.ENVIRONMENT = with_signing_keys(settings.ENVIRONMENT)
    return Callbacks(settings.ENVIRONMENT.public_base_url)


@pytest.fixture
def mail_server(settings):
    with MailServer() as double:
        double.settings(settings)
        yield double


def send(callbacks, job, **options):
    return callbacks.send(job.kind, job.message(), **options)


def once(callbacks, job):
    assert status_in(send(callbacks, job)) == "done"


def five_at_once(callbacks, job):
    with ThreadPoolExecutor(5) as queue:
        outcomes = Counter(status_in(answer) for answer in queue.map(lambda _: send(callbacks, job), range(5)))
    assert outcomes == {"done": 1, "duplicate": 4}


def again_and_again(callbacks, job):
    assert [status_in(send(callbacks, job)) for _ in range(3)] == ["done", "duplicate", "duplicate"]


def late(callbacks, job):
    """Published again, since its callback was thought lost; then both come."""
    jobs.republish(job)
    assert [status_in(send(callbacks, job)) for _ in range(2)] == ["done", "duplicate"]


def hung_up_on(callbacks, job):
    """The queue lost patience, and tries again."""
    try:
        send(callbacks, job, timeout=0.01)
    except httpx.TimeoutException:
        pass
    assert status_in(send(callbacks, job)) in AGAIN


WAYS = [five_at_once, again_and_again, late, hung_up_on]


def left_by(patient: Any) -> dict[str, Any]:
    """What there is of a patient, without what differs between two of them."""
    documents = patient.documents.values_list("status", "pages", "method", "characters", "claim", "claimed_until")
    events = Event.objects.filter(patient_id=patient.pk).exclude(event_type="job_republished")
    notifications = Notification.objects.filter(patient=patient)
    return {
        "documents": sorted(documents, key=str),
        "streamed": list(
            events.filter(position__isnull=False).order_by("position").values_list("position", "event_type")
        ),
        "recorded": Counter(events.values_list("event_type", "payload__kind", "payload__reason")),
        "resources": sorted(patient.resources.values_list("resource_type", "code", "details__status", "canonical")),
        "jobs": Counter(Job.objects.filter(patient_id=patient.pk).values_list("kind", "body__kind")),
        "notifications": Counter(notifications.values_list("kind", "status", "attempts", "claim")),
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_document_is_read_as_if_its_job_had_come_once(callbacks, people, way):
    plain, other = people.patient(), people.patient()
    for patient, deliver in ((plain, once), (other, way)):
        job = job_of(upload(patient))
        deliver(callbacks, job)
        assert Job.objects.get(pk=job.pk).status == JobStatus.DONE
    assert left_by(other) == left_by(plain)


@pytest.mark.parametrize("way", WAYS)
def test_a_document_is_analyzed_as_if_its_job_had_come_once(callbacks, people, way):
    plain, other = people.patient(), people.patient()
    for patient, deliver in ((plain, once), (other, way)):
        job = job_of(read_document(patient), "clinical-extract")
        deliver(callbacks, job)
        assert Job.objects.get(pk=job.pk).status == JobStatus.DONE
    assert left_by(other) == left_by(plain)
    assert len(left_by(plain)["resources"]) > 0


@pytest.mark.parametrize("way", WAYS)
def test_a_patient_is_written_to_as_if_the_job_had_come_once(callbacks, people, mail_server, way):
    plain, other = people.patient(email=EMAIL), people.patient(email=EMAIL)
    for patient, deliver in ((plain, once), (other, way)):
        job = registered(patient)
        deliver(callbacks, job)
        assert Job.objects.get(pk=job.pk).status == JobStatus.DONE
    assert left_by(other) == left_by(plain)
    assert len(mail_server.mails) == len({mail["Message-ID"] for mail in mail_server.mails}) == 2


def test_the_order_in_which_jobs_come_does_not_matter(callbacks, people, mail_server):
    def caused(patient):
        analysis = job_of(read_document(patient), "clinical-extract")
        return [registered(patient), document_failed(patient), job_of(upload(patient)), analysis]

    forwards, backwards = people.patient(email=EMAIL), people.patient(email=EMAIL)
    for job in caused(forwards):
        once(callbacks, job)
    for job in reversed(caused(backwards)):
        once(callbacks, job)
    one, other = left_by(forwards), left_by(backwards)
    # The order of the stream is that of the deliveries; what is in it is the same.
    assert sorted(name for _, name in one.pop("streamed")) == sorted(name for _, name in other.pop("streamed"))
    assert other == one


def test_an_analysis_that_comes_before_its_text_is_put_off_and_made_once(callbacks, people):
    plain, other = people.patient(), people.patient()
    for patient in (plain, other):
        document = read_document(patient)
        job = job_of(document, "clinical-extract")
        if patient is other:
            Document.objects.filter(pk=document.pk).update(status="parsing")
            assert code_in(send(callbacks, job)) == (503, "CALLBACK_NOT_NOW_001")
            Document.objects.filter(pk=document.pk).update(status="parsed")
        once(callbacks, job)
    assert left_by(other) == left_by(plain)


@pytest.fixture
def mortal(process_server, mail_server):
    """A server in a process of its own, and callbacks to it."""
    environment = {
        "QSTASH_CURRENT_SIGNING_KEY": CURRENT,
        "QSTASH_NEXT_SIGNING_KEY": NEXT,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_server.port),
        "EMAIL_USE_TLS": "off",
    }
    with process_server(**environment) as process:
        yield process, Callbacks(process.url)


def killed_during(mortal, job, under_way):
    """Deliver the job, and kill the process that works on it as soon as it does."""
    process, there = mortal
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(send, there, job)
        wait_until(under_way, seconds=30)
        process.process.kill()
        process.process.wait()
        assert isinstance(answer.exception(30), httpx.TransportError)


def test_a_document_whose_server_was_killed_is_read_as_if_nothing_had_happened(callbacks, people, mortal):
    plain, other = people.patient(), people.patient()
    once(callbacks, job_of(upload(plain, "scanned-knee-report.pdf")))
    document = upload(other, "scanned-knee-report.pdf")
    killed_during(mortal, job_of(document), lambda: Document.objects.get(pk=document.pk).status == "parsing")
    assert Document.objects.get(pk=document.pk).claim is not None
    # Half a minute passes.
    Document.objects.filter(pk=document.pk).update(claimed_until=timezone.now())
    five_at_once(callbacks, job_of(document))
    assert left_by(other) == left_by(plain)


def test_a_mail_whose_server_was_killed_before_it_left_is_sent_once(callbacks, people, mortal, mail_server):
    patient = people.patient(email=EMAIL)
    job = registered(patient)
    mail_server.seconds, mail_server.data = 3, "451 not yet"
    killed_during(mortal, job, mail_server.arrived.is_set)
    mail_server.seconds, mail_server.data = 0, "250 taken"
    assert stored(job).status == "pending"
    # Two minutes pass.
    Notification.objects.filter(pk=stored(job).pk).update(claimed_until=timezone.now())
    five_at_once(callbacks, job)
    assert len(mail_server.mails) == 1
    assert left_by(patient)["recorded"]["notification_sent", "welcome", None] == 1


def test_a_mail_that_left_just_before_the_crash_leaves_again_under_the_same_id(callbacks, people, mail_server):
    """The one window in which it is at least once; a mailbox can tell that both are one."""
    from patients.notifications.message import compose
    from patients.notifications.sending import send as hand_over

    patient = people.patient(email=EMAIL)
    job = registered(patient)
    name = job.body["notification_id"]
    hand_over(compose("welcome", locale="en", first_name="Test"), to=EMAIL, notification_id=name)
    once(callbacks, job)
    first, second = mail_server.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{name}@curaway.ai>"


@pytest.fixture
def clock(monkeypatch, database):
    """A time of the test's own, thirty days from now, at which no other job is due and no other relay works."""
    time_there = [timezone.now() + timedelta(days=30)]
    really, others = jobs.claim_due, Job.objects.filter(status__in=jobs.ON_THE_WAY)
    waiting = list(others.values_list("pk", flat=True))
    away = timedelta(days=60)
    others.filter(pk__in=waiting).update(due_at=F("due_at") + away)

    def claim_due(*, limit, now):
        return really(limit=limit, now=now) if now >= time_there[0] else []

    monkeypatch.setattr(relay, "timezone", SimpleNamespace(now=lambda: time_there[0]))
    monkeypatch.setattr(jobs, "claim_due", claim_due)
    yield time_there
    others.filter(pk__in=waiting).update(due_at=F("due_at") - away)


def test_a_queue_that_is_away_for_two_hours_loses_nothing(clock):
    made = [new_job(due_at=clock[0]) for _ in range(12)]
    mine = Job.objects.filter(pk__in=[job.pk for job in made])
    queue = Queue(fault=QueueUnavailable("away"))
    for _ in range(2 * 60):
        clock[0] += jobs.LONGEST_WAIT
        asyncio.run(Relay(queue).publish_due(clock[0]))
    assert set(mine.values_list("status", flat=True)) == {JobStatus.WAITING}
    queue.fault = None
    clock[0] += jobs.LONGEST_WAIT
    asyncio.run(Relay(queue).publish_due(clock[0]))
    taken = Counter(published["body"]["job_id"] for published in queue.taken)
    assert taken == {str(job.pk): 1 for job in made}
    assert set(mine.values_list("status", flat=True)) == {JobStatus.PUBLISHED}
    mine.update(status=JobStatus.DONE)


def test_a_queue_that_does_not_answer_holds_up_nobody_and_gets_every_job_in_the_end(
    people, process_server, monkeypatch
):
    # The relay of the suite's own server has no queue, and would put the jobs off ever longer.
    monkeypatch.setattr(jobs, "claim_due", lambda **_: [])
    with QStashDouble() as queue, process_server(QSTASH_URL=queue.url, QSTASH_TOKEN="t") as process:
        queue.seconds, queue.status = 3, 503
        registrations, slowest = [], 0.0
        for number in range(12):
            headers = people.headers(people.issuer.token(f"user_registers_while_the_queue_is_away_{number}"))
            began = time.monotonic()
            answer = httpx.post(
                f"{process.url}/api/v1/patients",
                headers=headers,
                json={"first_name": "Ana", "last_name": "Ruiz", "email": EMAIL},
                timeout=30,
            )
            slowest = max(slowest, time.monotonic() - began)
            registrations.append(answer.json()["data"]["id"])
        assert slowest < 1.5
        queue.seconds, queue.status = 0, 201
        welcomes = Job.objects.filter(patient_id__in=registrations)
        wait_until(lambda: welcomes.filter(status=JobStatus.PUBLISHED).count() == 12, seconds=60, every=0.2)
        sent = {json.loads(request.body)["patient_id"] for request in queue.requests}
        assert set(registrations) <= sent
    welcomes.update(status=JobStatus.DONE)


def test_what_a_job_is_about_decides_and_not_what_its_message_says(callbacks, people, mail_server):
    job, other = registered(people.patient(email=EMAIL)), people.patient(email="other@example.com")
    answer = callbacks.send("notification", {**job.message(), "patient_id": other.pk, "kind": "match_ready"})
    assert status_in(answer) == "done"
    assert [mail["To"] for mail in mail_server.mails] == [EMAIL]
    unknown = callbacks.send("notification", {**job.message(), "notification_id": "ntf_" + "0" * 32})
    assert code_in(unknown) == (489, "CALLBACK_NOTIFICATION_001")
