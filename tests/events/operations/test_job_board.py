"""The job board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Job, JobStatus
from events.operations.job_figures import ended_jobs, open_jobs
from tests.events.outbox import new_job
from tests.staff import staff

pytestmark = pytest.mark.usefixtures("database")

BOARD = "/admin/events/jobboard/"


def test_it_counts_what_is_on_its_way_and_says_how_old_it_is() -> None:
    Job.objects.update(status=JobStatus.DONE)
    two_hours = timezone.now() - timedelta(hours=2)
    new_job(status=JobStatus.WAITING, created_at=two_hours)
    new_job(status=JobStatus.WAITING, due_at=timezone.now() + timedelta(hours=1))
    (found,) = open_jobs()
    assert (found.kind, found.status, found.jobs, found.due) == ("document-parse", "waiting", 2, 1)
    assert 7200 <= found.oldest_seconds < 7260
    text = staff("events.view_job").get(BOARD).content.decode()
    assert "<td>2 h</td>" in text
    Job.objects.update(status=JobStatus.DONE)
    assert open_jobs() == []


def test_it_says_what_failed_and_why_and_publishes_it_again() -> None:
    failed = new_job(status=JobStatus.FAILED, last_error="QueueRefused")
    old = new_job(status=JobStatus.FAILED, last_error="AncientFault", created_at=timezone.now() - timedelta(days=8))
    operator = staff("events.view_job", "events.change_job")
    text = operator.get(BOARD).content.decode()
    why = text.split('id="why-title"')[1].split("</section>")[0]
    assert "QueueRefused" in why
    assert "AncientFault" not in why
    assert f"/admin/events/job/{old.pk}/change/" in text
    assert ("document-parse", "failed") in [one[:2] for one in ended_jobs()]
    operator.post(f"/admin/events/job/{failed.pk}/publish/")
    failed.refresh_from_db()
    assert failed.status == JobStatus.WAITING
    Job.objects.filter(pk=failed.pk).update(status=JobStatus.DONE)


def test_who_may_not_change_jobs_is_offered_no_button() -> None:
    new_job(status=JobStatus.FAILED)
    text = staff("events.view_job").get(BOARD).content.decode()
    assert "Publish again" not in text


def test_who_may_not_see_jobs_sees_no_board() -> None:
    assert staff("events.view_event").get(BOARD).status_code == 403
    assert "Job board" not in staff("events.view_event").get("/admin/").content.decode()
