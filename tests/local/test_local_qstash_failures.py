"""What the local queue tells when it gives up on a job, read the way QStash's own word is read."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator

import pytest
from qstash.errors import QStashError

from curaway.local.queue_message import milliseconds
from curaway.local.queue_store import QueueStore
from tests.http_double import Answer
from tests.local.queue_process import SECRET, Hospital, Queue, eventually


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    with Hospital() as hospital:
        yield hospital
        hospital.open.set()


@pytest.fixture(scope="module")
def queue(tmp_path_factory) -> Iterator[Queue]:
    queue = Queue(tmp_path_factory.mktemp("queue"))
    queue.start()
    yield queue
    queue.end()


def told(hospital: Hospital) -> list[dict]:
    return [json.loads(request.body) for request in list(hospital.requests) if request.path == "/failed"]


def test_the_failure_callback_hears_of_a_job_that_can_never_work(queue, hospital):
    hospital.answers = [Answer(489, b'{"errors": []}', {"Upstash-NonRetryable-Error": "true"})]
    message_id = queue.publish(f"{hospital.url}/job", failure_callback=f"{hospital.url}/failed")
    eventually(lambda: len(told(hospital)) == 1)
    (word,) = told(hospital)
    assert (word["status"], word["sourceMessageId"], word["url"]) == (489, message_id, f"{hospital.url}/job")
    assert (word["retried"], word["maxRetries"], word["method"]) == (0, 3, "POST")
    assert json.loads(base64.b64decode(word["sourceBody"])) == {"text": SECRET}
    assert base64.b64decode(word["body"]) == b'{"errors": []}'
    assert queue.state(message_id)["state"] == "failed"


def test_it_hears_of_the_last_try_only(queue, hospital):
    hospital.answers = [Answer(500)] * 2
    message_id = queue.publish(f"{hospital.url}/job", retries=1, failure_callback=f"{hospital.url}/failed")
    eventually(lambda: len(told(hospital)) == 1)
    assert [request.path for request in hospital.requests] == ["/job", "/job", "/failed"]
    assert (told(hospital)[0]["retried"], queue.state(message_id)["state"]) == (1, "failed")


def test_it_hears_nothing_of_what_worked(queue, hospital):
    message_id = queue.publish(f"{hospital.url}/job", failure_callback=f"{hospital.url}/failed")
    eventually(lambda: queue.state(message_id)["state"] == "delivered")
    assert told(hospital) == []


def test_a_failure_callback_that_fails_is_tried_again_and_ends(queue, hospital):
    final = Answer(489, headers={"Upstash-NonRetryable-Error": "true"})
    hospital.answers = [final, Answer(503, headers={"Retry-After": "0"}), final]
    queue.publish(f"{hospital.url}/job", failure_callback=f"{hospital.url}/failed")
    eventually(lambda: len(told(hospital)) == 2)
    assert len({word["sourceMessageId"] for word in told(hospital)}) == 1


def test_it_waits_between_tries_as_it_was_asked_to(queue, hospital):
    hospital.answers = [Answer(500)] * 2
    message_id = queue.publish(f"{hospital.url}/job", retries=2, retry_delay="pow(3, retried) * 200")
    eventually(lambda: queue.state(message_id)["state"] == "delivered")
    first, second, third = hospital.at
    assert 0.2 <= second - first < 0.5 < third - second < 0.9


def test_an_expression_comes_to_what_qstash_makes_of_it():
    assert [milliseconds("pow(8, retried) * 5000", retried) for retried in (0, 1, 2)] == [5000, 40_000, 320_000]


@pytest.mark.parametrize("wrong", [{"retry_delay": "exec(1)"}, {"failure_callback": "https://evil.example/x"}])
def test_what_it_cannot_do_is_refused(queue, hospital, wrong):
    with pytest.raises(QStashError, match="400"):
        queue.publish(f"{hospital.url}/job", **wrong)


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path):
    path = tmp_path / "qstash.sqlite3"
    QueueStore(path).close()
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE messages DROP COLUMN failure_callback")
        database.execute("ALTER TABLE messages DROP COLUMN retry_delay")
    database.close()
    store = QueueStore(path)
    assert store.claim(0, ()) is None
    store.close()
