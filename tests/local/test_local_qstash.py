"""The local queue against the vendor's SDK and receiver, as a real process that may be killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from qstash import QStash
from qstash.errors import QStashError

from bench.ports import free_port
from tests.http_double import Answer
from tests.local.queue_process import CURRENT, NEXT, ROOT, SECRET, Hospital, Queue, eventually


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    with Hospital() as hospital:
        yield hospital
        hospital.open.set()


@pytest.fixture(scope="module")
def queue(tmp_path_factory) -> Iterator[Queue]:
    """One process for every test that leaves it running."""
    yield from _running(tmp_path_factory.mktemp("queue"))


@pytest.fixture
def mortal(tmp_path) -> Iterator[Queue]:
    """A process of the test's own, to end as it likes."""
    yield from _running(tmp_path)


def _running(folder: Path) -> Iterator[Queue]:
    queue = Queue(folder)
    queue.start()
    yield queue
    if queue.process.poll() is None:
        queue.end(signal.SIGKILL)


def test_a_job_arrives_signed_once_with_its_headers(queue, hospital):
    url = f"{hospital.url}/webhooks/qstash/document-parse?x=%C3%BC"
    message_id = queue.publish(url, headers={"X-Correlation-ID": "c-1"})
    eventually(lambda: queue.state(message_id)["state"] == "delivered")
    (request,) = hospital.requests
    assert request.body == b'{"text": "Maria has a torn meniscus"}'
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-correlation-id"] == "c-1"
    assert request.headers["upstash-message-id"] == message_id
    assert request.headers["upstash-retried"] == "0"
    assert queue.sdk.message.get(message_id).url == url


def test_what_was_delivered_is_not_kept(mortal, hospital):
    message_id = mortal.publish(f"{hospital.url}/job")
    eventually(lambda: mortal.state(message_id)["state"] == "delivered")
    mortal.end()
    left = b"".join(file.read_bytes() for file in mortal.folder.iterdir())
    assert message_id.encode() in left
    assert SECRET.encode() not in left


def test_a_failing_job_is_tried_again_ever_later_and_then_given_up(queue, hospital):
    hospital.answers = [Answer(500)] * 3
    message_id = queue.publish(f"{hospital.url}/job", retries=2)
    eventually(lambda: queue.state(message_id)["state"] == "failed")
    assert [request.headers["upstash-retried"] for request in hospital.requests] == ["0", "1", "2"]
    first, second, third = hospital.at
    assert 0.9 < second - first < 2 < third - second + 0.1 < 4
    assert queue.state(message_id)["lastStatus"] == 500


def test_a_job_that_can_never_work_is_not_tried_again(queue, hospital):
    hospital.answers = [Answer(489, headers={"Upstash-NonRetryable-Error": "true"})]
    message_id = queue.publish(f"{hospital.url}/job")
    eventually(lambda: queue.state(message_id)["state"] == "failed")
    assert len(hospital.requests) == 1


def test_the_receiver_says_when_to_try_again(queue, hospital):
    hospital.answers = [Answer(503, headers={"Retry-After": "0"}), Answer(503, headers={"Retry-After": "60"})]
    message_id = queue.publish(f"{hospital.url}/job")
    eventually(lambda: queue.state(message_id)["retried"] == 2)
    assert hospital.at[1] - hospital.at[0] < 0.9
    assert queue.state(message_id)["notBefore"] / 1000 - time.time() > 55


def test_a_receiver_that_is_too_slow_counts_as_failed(queue, hospital):
    hospital.open.clear()
    slow = queue.publish(f"{hospital.url}/job", timeout=1, retries=0)
    eventually(lambda: queue.state(slow)["state"] == "failed")
    assert queue.state(slow)["lastStatus"] is None


def test_a_receiver_that_is_being_restarted_is_waited_for_without_using_up_the_tries(queue):
    port = free_port()
    message_id = queue.publish(f"http://127.0.0.1:{port}/job", retries=0)
    with Hospital(port) as late:
        eventually(lambda: queue.state(message_id)["state"] == "delivered")
        assert late.requests[0].headers["upstash-retried"] == "0"


def test_published_twice_under_one_id_a_job_arrives_once(queue, hospital):
    url = f"{hospital.url}/job"
    first = queue.sdk.message.publish_json(url=url, body={}, deduplication_id="job-1")
    again = queue.sdk.message.publish_json(url=url, body={}, deduplication_id="job-1")
    assert (again.message_id, first.deduplicated, again.deduplicated) == (first.message_id, False, True)
    other = queue.publish(url, deduplication_id="job-2")
    eventually(lambda: queue.state(other)["state"] == "delivered")
    assert len(hospital.requests) == 2


def test_a_delayed_job_waits(queue, hospital):
    started = time.monotonic()
    message_id = queue.publish(f"{hospital.url}/job", delay=1)
    eventually(lambda: queue.state(message_id)["state"] == "delivered")
    assert 0.9 < hospital.at[0] - started < 3


def test_one_tenants_jobs_leave_room_for_anothers(queue, hospital):
    hospital.open.clear()
    for _ in range(5):
        queue.publish(f"{hospital.url}/job", flow_control={"key": "tenant-a", "parallelism": 2})
    other = queue.publish(f"{hospital.url}/other", flow_control={"key": "tenant-b", "parallelism": 2})
    eventually(lambda: any(request.path == "/other" for request in hospital.requests))
    assert len(hospital.requests) == hospital.most_at_once == 3
    hospital.open.set()
    eventually(lambda: len(hospital.at) == 6)
    eventually(lambda: queue.state(other)["state"] == "delivered")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_published_survives_a_restart_and_a_kill(mortal, hospital, how):
    hospital.open.clear()
    under_way = mortal.publish(f"{hospital.url}/now")
    later = mortal.publish(f"{hospital.url}/later", delay=2)
    eventually(lambda: hospital.busy == 1)
    assert mortal.end(how) < 3
    hospital.open.set()
    mortal.start()
    eventually(lambda: mortal.state(under_way)["state"] == mortal.state(later)["state"] == "delivered")
    assert mortal.state(under_way)["retried"] == 0


def test_on_sigterm_a_delivery_under_way_is_finished(mortal, hospital):
    hospital.open.clear()
    message_id = mortal.publish(f"{hospital.url}/job")
    eventually(lambda: hospital.busy == 1)
    threading.Timer(0.5, hospital.open.set).start()
    assert mortal.end() < 3
    assert mortal.process.returncode == 0
    with sqlite3.connect(mortal.folder / "qstash.sqlite3") as database:
        assert database.execute("SELECT id, state FROM messages").fetchall() == [(message_id, "delivered")]
    database.close()


def test_a_second_queue_on_the_same_folder_does_not_start(queue):
    second = Queue(queue.folder)
    with pytest.raises(AssertionError, match="another local queue is using"):
        second.start()


def test_it_answers_only_who_knows_the_token(queue, hospital):
    for path in ("/v2/keys", "/v2/messages/msg_1", f"/v2/publish/{hospital.url}/job"):
        assert httpx.get(queue.url + path).status_code == 401
    with pytest.raises(QStashError, match="401"):
        QStash("other", retry=False, base_url=queue.url).message.publish(url=f"{hospital.url}/job")
    keys = queue.sdk.signing_key.get()
    assert (keys.current, keys.next) == (CURRENT, NEXT)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.curaway.ai/webhooks/qstash/notification",
        "http://127.0.0.1.evil.example/x",
        "http://127.0.0.1@evil.example/x",
        "file:///etc/passwd",
        "group",
    ],
)
def test_it_delivers_to_this_machine_only(queue, url):
    with pytest.raises(QStashError, match="400"):
        queue.publish(url)


@pytest.mark.parametrize("wrong", [{"delay": "soon"}, {"retries": -1}, {"timeout": "1 s"}, {"method": "BREW"}])
def test_what_makes_no_sense_is_refused(queue, hospital, wrong):
    with pytest.raises(QStashError, match="400"):
        queue.publish(f"{hospital.url}/job", **wrong)


def test_nothing_about_a_patient_is_logged(queue, hospital):
    hospital.answers = [Answer(500)]
    message_id = queue.publish(f"{hospital.url}/job", retries=1)
    eventually(lambda: queue.state(message_id)["state"] == "delivered")
    log = (queue.folder / "log").read_text()
    assert message_id in log
    assert SECRET not in log


def test_without_its_keys_it_says_so_and_ends(tmp_path):
    keyless = {name: value for name, value in os.environ.items() if not name.startswith("QSTASH_")}
    ended = subprocess.run(
        Queue(tmp_path).command(),
        cwd=ROOT,
        env=keyless,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    assert "QSTASH_CURRENT_SIGNING_KEY" in ended.stderr
