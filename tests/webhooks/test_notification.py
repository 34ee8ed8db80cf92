"""A patient is written to once about each thing, in any number of deliveries, or it is known why not."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from curaway import finishing
from events import jobs
from events.models import Job, JobStatus
from events.registry import NotificationSent
from events.testing import assert_emitted
from patients.models import Match, Notification, Patient
from patients.notifications import claims, notify
from tests.patients.notifications.mail_server import MailServer
from tests.waiting import wait_until
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.notifications import document_failed, registered, stored, told

EMAIL = "ana@example.com"


@pytest.fixture
def ana(people):
    return people.patient(email=EMAIL, locale="es")


@pytest.fixture
def deliver(callbacks):
    """Delivers a notification's job as the queue does."""

    def delivered(job, **options):
        return callbacks.send("notification", job.message(), **options)

    return delivered


@pytest.fixture
def mail_server(settings):
    with MailServer() as server:
        server.settings(settings)
        yield server


def test_who_registers_is_welcomed_in_their_language(deliver, ana):
    job = registered(ana)
    assert job.body == {"notification_id": f"ntf_{job.event_id.hex}", "kind": "welcome"}
    assert status_in(deliver(job)) == "done"
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([EMAIL], "Te damos la bienvenida a Curaway")
    assert sent.extra_headers["Message-ID"] == f"<{job.body['notification_id']}@curaway.ai>"
    assert told(ana) == [
        ("notification_sent", {"notification_id": job.body["notification_id"], "kind": "welcome"}),
    ]
    job.refresh_from_db()
    row = stored(job)
    assert (row.status, row.attempts, row.claim, job.status) == ("sent", 1, None, JobStatus.DONE)
    assert row.sent_at is not None


def test_what_is_recorded_has_the_correlation_id_of_its_cause(deliver, ana):
    job = registered(ana)
    with assert_emitted(
        NotificationSent, patient_id=ana.id, correlation_id="corr-registered", source_service="webhooks", position=None
    ):
        deliver(job)


def test_a_mail_about_a_document_says_neither_which_nor_why(deliver, ana):
    job = document_failed(ana)
    assert status_in(deliver(job)) == "done"
    (sent,) = mail.outbox
    (html, kind) = sent.alternatives[0]
    assert kind == "text/html"
    for word in ("knee", "report", "broken", ana.last_name, EMAIL, job.body["document_id"]):
        assert word not in (sent.subject + sent.body + html).lower()


def test_a_document_that_was_read_after_all_is_not_complained_about(deliver, ana):
    job = document_failed(ana)
    ana.documents.update(status="parsed")
    assert (status_in(deliver(job)), mail.outbox, told(ana)) == ("skipped", [], [])


@pytest.mark.parametrize(("providers", "causes"), [([], 0), ([{"provider_id": "p1", "score": 0.9}], 1)])
def test_a_match_is_told_when_somebody_fits(deliver, ana, providers, causes):
    from events import emit_event

    match = Match.objects.create(
        patient=ana, tenant_id=ana.tenant_id, status="completed", correlation_id="c", claimed_until=timezone.now()
    )
    fact = {"match_id": match.pk, "providers": len(providers), "matches": providers}
    event = emit_event("match_completed", ana.tenant_id, ana.id, fact)
    found = Job.objects.filter(event=event)
    assert found.count() == causes
    for job in found:
        assert status_in(deliver(job)) == "done"
    assert [sent.subject for sent in mail.outbox] == ["Tus opciones están listas"] * causes


def test_five_deliveries_at_once_are_one_mail(deliver, ana, mail_server):
    mail_server.seconds = 0.5
    job = registered(ana)
    with ThreadPoolExecutor(5) as queue:
        outcomes = sorted(status_in(answer) for answer in queue.map(lambda _: deliver(job), range(5)))
    assert outcomes == ["done"] + ["duplicate"] * 4
    (sent,) = mail_server.mails
    assert sent["Message-ID"] == f"<{job.body['notification_id']}@curaway.ai>"
    assert len(told(ana)) == 1


def test_a_late_delivery_is_a_duplicate(deliver, ana):
    job = registered(ana)
    deliver(job)
    assert status_in(deliver(job)) == "duplicate"
    assert (len(mail.outbox), len(told(ana))) == (1, 1)


def test_a_second_welcome_is_none(deliver, ana):
    deliver(registered(ana))
    assert status_in(deliver(registered(ana))) == "skipped"
    assert len(mail.outbox) == 1


def test_without_an_address_there_is_nothing_to_send(deliver, people):
    patient = people.patient()
    job = registered(patient)
    assert status_in(deliver(job)) == "skipped"
    ((event, fact),) = told(patient)
    assert (event, fact["reason"], fact["retryable"]) == ("notification_failed", claims.NO_ADDRESS, False)
    job.refresh_from_db()
    assert (stored(job).status, job.status, status_in(deliver(job))) == ("skipped", JobStatus.DONE, "duplicate")


def test_in_production_nothing_is_printed_where_mail_should_be_sent(deliver, ana, settings):
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, DEBUG=False)
    assert status_in(deliver(registered(ana))) == "skipped"
    assert told(ana)[0][1]["reason"] == claims.NO_SERVER
    assert mail.outbox == []


def test_a_quarantined_patient_is_not_written_to(deliver, ana):
    job = registered(ana)
    Patient.objects.filter(pk=ana.pk).update(quarantined=True)
    assert (status_in(deliver(job)), mail.outbox, told(ana)) == ("skipped", [], [])


def test_a_mail_server_that_is_away_is_asked_again_ever_later(deliver, ana, mail_server):
    mail_server.data = "451 try again later, ana@example.com"
    job = registered(ana)
    waits = []
    for retried in (0, 1, 2, 3):
        answer = deliver(job, headers={"Upstash-Retried": str(retried)})
        assert code_in(answer) == (503, "CALLBACK_NOT_NOW_001")
        waits.append(answer.headers["Retry-After"])
    assert waits == ["5", "40", "320", "320"]
    row = stored(job)
    assert (row.status, row.attempts, row.last_error, row.claim, told(ana)) == (
        *("pending", 4, "SMTPDataError", None),
        [],
    )
    mail_server.data = "250 taken"
    assert status_in(deliver(job)) == "done"
    assert len(mail_server.mails) == 1


def test_a_mail_server_that_is_not_there_is_asked_again(deliver, ana, mail_server, settings):
    settings.EMAIL_PORT = 9
    job = registered(ana)
    assert code_in(deliver(job)) == (503, "CALLBACK_NOT_NOW_001")
    assert stored(job).last_error == "ConnectionRefusedError"


@pytest.mark.parametrize(("recipient", "data"), [("550 nobody", "250 ok"), ("250 ok", "554 no spam")])
def test_a_mail_that_is_refused_for_good_has_failed(deliver, ana, mail_server, recipient, data):
    mail_server.recipient, mail_server.data = recipient, data
    job = registered(ana)
    answer = deliver(job)
    assert code_in(answer) == (489, "CALLBACK_MAIL_001")
    assert answer.headers["Upstash-NonRetryable-Error"] == "true"
    ((event, fact),) = told(ana)
    assert (event, fact["reason"], fact["retryable"]) == ("notification_failed", claims.REFUSED, False)
    assert (stored(job).status, Job.objects.get(pk=job.pk).status) == ("failed", JobStatus.FAILED)
    jobs.republish(Job.objects.get(pk=job.pk))
    assert status_in(deliver(job)) == "duplicate"


def test_an_address_that_is_full_for_now_is_no_refusal(deliver, ana, mail_server):
    mail_server.recipient = "452 mailbox full"
    assert code_in(deliver(registered(ana))) == (503, "CALLBACK_NOT_NOW_001")


def test_a_mail_that_left_is_stored_when_the_queue_hung_up_meanwhile(deliver, ana, mail_server):
    import httpx

    mail_server.seconds = 1
    job = registered(ana)
    with pytest.raises(httpx.ReadTimeout):
        deliver(job, timeout=0.4)
    wait_until(lambda: stored(job).status == "sent")
    assert (status_in(deliver(job)), len(mail_server.mails)) == ("duplicate", 1)


def test_a_delivery_that_died_while_sending_is_taken_over_when_its_claim_ends(deliver, ana):
    job = registered(ana)
    Notification.objects.create(
        pk=job.body["notification_id"],
        patient=ana,
        tenant_id=ana.tenant_id,
        kind="welcome",
        attempts=1,
        claim="6a1f3c52-54a1-4c39-8a3b-2d9a1c9fa001",
        claimed_until=timezone.now() + timedelta(seconds=1),
    )
    began = time.monotonic()
    assert status_in(deliver(job)) == "done"
    assert time.monotonic() - began > 0.8
    assert (stored(job).attempts, len(mail.outbox)) == (2, 1)


def test_a_delivery_that_waits_too_long_comes_again(deliver, ana, monkeypatch):
    monkeypatch.setattr(notify, "WAIT_SECONDS", 0.3)
    job = registered(ana)
    Notification.objects.create(
        pk=job.body["notification_id"],
        patient=ana,
        tenant_id=ana.tenant_id,
        kind="welcome",
        claimed_until=timezone.now() + timedelta(minutes=1),
    )
    assert code_in(deliver(job)) == (503, "CALLBACK_NOT_NOW_001")
    assert mail.outbox == []


def test_a_notification_is_found_by_its_id_alone(callbacks, ana):
    job = registered(ana)
    message = {"notification_id": job.body["notification_id"]}
    assert status_in(callbacks.send("notification", message)) == "done"
    assert status_in(callbacks.send("notification", message)) == "duplicate"
    assert Job.objects.get(pk=job.pk).status == JobStatus.DONE


def test_what_is_asked_for_by_kind_is_the_one_that_a_fact_caused(callbacks, deliver, ana):
    job = registered(ana)
    deliver(job)
    assert status_in(callbacks.send("notification", {"kind": "welcome", "patient_id": ana.id})) == "duplicate"
    assert len(mail.outbox) == 1


def test_what_no_fact_caused_may_be_asked_for_by_hand_and_is_sent_once(callbacks, ana):
    message = {"kind": "match_ready", "patient_id": ana.id}
    assert [status_in(callbacks.send("notification", message)) for _ in range(2)] == ["done", "duplicate"]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"notification_id": "ntf_none"}, "CALLBACK_NOTIFICATION_001"),
        ({"notification_id": "ntf_00000000000000000000000000000001"}, "CALLBACK_NOTIFICATION_001"),
        ({"kind": "birthday", "patient_id": "{ana}"}, "CALLBACK_NOTIFICATION_001"),
        ({"kind": "welcome", "patient_id": "nobody"}, "CALLBACK_PATIENT_001"),
    ],
)
def test_what_nobody_knows_is_not_asked_for_again(callbacks, ana, message, code):
    about = {name: value.format(ana=ana.id) for name, value in message.items()}
    answer = callbacks.send("notification", about)
    assert (code_in(answer), answer.headers["Upstash-NonRetryable-Error"]) == ((489, code), "true")


def test_the_server_leaves_when_its_mails_have_left(deliver, ana, mail_server, settings):
    import asyncio

    mail_server.seconds = 0.5
    job = registered(ana)
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, job)
        assert mail_server.arrived.wait(10)
        (work,) = finishing._under_way
        asyncio.run_coroutine_threadsafe(finishing.settle(), work.get_loop()).result(10)
        assert stored(job).status == "sent"
        assert status_in(answer.result()) == "done"


def test_settings_name_the_mail_server(settings):
    from curaway import environment

    given = dataclasses.asdict(environment.load({"DEBUG": "on", "EMAIL_HOST": "smtp.example.test"}))
    assert (given["EMAIL_PORT"], given["EMAIL_USE_TLS"]) == (587, True)
