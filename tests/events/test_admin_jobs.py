"""Jobs in the admin, and publishing one again."""

import pytest

from events.models import Job, JobStatus
from events.registry import EventType
from tests.events.history import JOBS, page_of, patient_id, recorded, shown
from tests.events.outbox import new_job
from tests.staff import staff

pytestmark = pytest.mark.usefixtures("database")


def operator():
    return staff("events.view_job", "events.change_job")


@pytest.mark.parametrize("status", [JobStatus.WAITING, JobStatus.PUBLISHED, JobStatus.FAILED])
def test_an_operator_publishes_an_unfinished_job_again(status):
    job, client = new_job(status=status, last_error="QueueRefused"), operator()
    answer = client.post(f"{JOBS}{job.pk}/publish/", follow=True)
    assert "is waiting to be published again" in answer.content.decode()
    job.refresh_from_db()
    assert (job.status, job.last_error) == (JobStatus.WAITING, "")
    assert recorded(client, EventType.JOB_REPUBLISHED).get().payload["job_id"] == str(job.pk)


def test_several_jobs_are_published_again_but_none_that_is_done():
    failed, done, client = new_job(status=JobStatus.FAILED), new_job(status=JobStatus.DONE), operator()
    form = {"action": "publish_again", "_selected_action": [str(failed.pk), str(done.pk)], "index": "0"}
    text = client.post(JOBS, form, follow=True).content.decode()
    assert f"Job {done.pk} is done; it was not published again." in text
    assert f"Job {failed.pk} is waiting to be published again." in text
    done.refresh_from_db()
    assert done.status == JobStatus.DONE


def test_publishing_again_needs_the_permission_and_a_press():
    job, viewer = new_job(status=JobStatus.FAILED), staff("events.view_job")
    assert viewer.post(f"{JOBS}{job.pk}/publish/").status_code == 403
    assert "publish_again" not in viewer.get(JOBS).content.decode()
    assert operator().get(f"{JOBS}{job.pk}/publish/").url == page_of(job)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_jobs_are_found_by_status_correlation_and_id():
    job, client = new_job(status=JobStatus.FAILED, last_error="QueueRefused"), operator()
    found = client.get(JOBS, {"q": str(job.pk), "status__exact": "failed", "kind__exact": "document-parse"})
    assert shown(found) == [job.pk]
    assert "QueueRefused" in found.content.decode()
    assert shown(client.get(JOBS, {"q": str(job.pk), "status__exact": "done"})) == []
    assert job.pk in shown(client.get(JOBS, {"correlation": "corr-1"}))


def test_a_jobs_page_shows_its_body_and_offers_to_publish_it():
    job = new_job(status=JobStatus.FAILED)
    assert "Publish again" in operator().get(page_of(job)).content.decode()
    text = staff("events.view_job").get(page_of(job)).content.decode()
    assert "&quot;document_id&quot;: &quot;doc_1&quot;" in text
    assert "Publish again" not in text


def test_everything_at_once_is_not_published_again():
    patient, client = patient_id(), operator()
    jobs = [new_job(patient_id=patient, status=JobStatus.FAILED) for _ in range(101)]
    form = {"action": "publish_again", "_selected_action": [str(job.pk) for job in jobs], "index": "0"}
    assert "choose at most 100 rows" in client.post(JOBS, form, follow=True).content.decode()
    assert not Job.objects.filter(patient_id=patient, status=JobStatus.WAITING).exists()
