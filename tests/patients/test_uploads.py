"""A document's way into the vault."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings

from events.models import Job
from events.registry import DocumentUploaded
from events.testing import assert_emitted, assert_not_emitted
from patients.documents import api, upload_url
from patients.documents.storage import Found, storage
from patients.models import Document, Patient
from patients.services.consent import Decision, record_consent
from tests.patients.uploads import DATA, PDF, REPORT, Uploader
from tests.people import SHARED, People


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_a_document_is_announced_put_and_confirmed(uploader: Uploader, patient: Patient) -> None:
    target = uploader.target()
    assert (target["method"], target["headers"]) == ("PUT", {"Content-Type": PDF})
    assert target["storage_key"] == f"{SHARED}/{patient.id}/{target['document_id']}"
    assert uploader.listed() == []
    put = uploader.put(target)
    assert (put.status_code, put.headers["ETag"][0]) == (200, '"')
    assert storage().open(target["storage_key"]).read() == REPORT
    with assert_emitted(DocumentUploaded, patient_id=patient.id, position=1) as emitted:
        confirmed = uploader.confirm(target)
    assert (confirmed.status_code, confirmed.json()["data"]["id"]) == (202, target["document_id"])
    assert emitted.payload == {
        "document_id": target["document_id"],
        "filename": "knee.pdf",
        "status": "uploaded",
        "content_type": PDF,
        "size": len(REPORT),
    }
    assert Job.objects.get(patient_id=patient.id).body == {"document_id": target["document_id"]}


def test_the_list_says_how_far_each_document_is(uploader: Uploader) -> None:
    targets = [uploader.target(filename=f"{name}.pdf") for name in "ab"]
    for target in targets:
        uploader.put(target)
        uploader.confirm(target)
    Document.objects.filter(id=targets[0]["document_id"]).update(
        status="analyzed", pages=[{"text": "x"}, {"text": "y"}], page_count=2, characters=2, method="text"
    )
    first, second = uploader.listed()
    assert (first["filename"], first["status"], first["pages"], first["method"]) == ("a.pdf", "analyzed", 2, "text")
    assert (second["filename"], second["pages"], second["reason"]) == ("b.pdf", None, None)


def test_a_second_confirmation_changes_nothing(uploader: Uploader, patient: Patient) -> None:
    target = uploader.target()
    uploader.put(target)
    with assert_emitted(DocumentUploaded, patient_id=patient.id):
        assert [uploader.confirm(target).status_code for _ in range(2)] == [202, 202]


class SlowBucket:
    """A store behind the network that answers when it is let."""

    is_remote = True

    def __init__(self) -> None:
        self.local = storage()
        self.asked = threading.Semaphore(0)
        self.answers = threading.Event()

    def look(self, key: str, length: int) -> Found | None:
        self.asked.release()
        assert self.answers.wait(10)
        return self.local.look(key, length)


def test_a_bucket_that_is_slow_keeps_nobody_else_waiting(
    uploader: Uploader, patient: Patient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, targets = SlowBucket(), [uploader.target() for _ in range(settings.ENVIRONMENT.DATABASE_CONNECTIONS)]
    for target in targets:
        uploader.put(target)
    monkeypatch.setattr(api, "storage", lambda: bucket)
    with ThreadPoolExecutor(len(targets)) as many:
        confirmations = [many.submit(uploader.confirm, target) for target in targets]
        for _ in targets:
            assert bucket.asked.acquire(timeout=5)
        assert uploader.listed() == []
        bucket.answers.set()
        assert {confirmation.result().status_code for confirmation in confirmations} == {202}
    assert len(uploader.listed()) == len(targets)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"filename": "scan.dcm"}, "UPLOAD_EXTENSION_001"),
        ({"filename": "report.pdf.exe"}, "UPLOAD_EXTENSION_001"),
        ({"size": 1023}, "UPLOAD_TOO_SMALL_001"),
        ({"size": 20 * 1024 * 1024 + 1}, "UPLOAD_TOO_LARGE_001"),
        ({"content_type": "image/png"}, "UPLOAD_CONTENT_TYPE_001"),
        ({"filename": "a\u0007.pdf"}, "INTAKE_VALIDATION_001"),
        ({"filename": "a\u202efdp.exe.pdf"}, "INTAKE_VALIDATION_001"),
    ],
)
def test_what_is_not_taken_is_refused_before_it_is_sent(
    uploader: Uploader, changes: dict[str, Any], expected: str
) -> None:
    answer = uploader.announce(**changes)
    assert (answer.status_code, code(answer)) == (422, expected)


@pytest.mark.parametrize(
    "filename", ["KNEE.PDF", "C:\\scans\\knee.pdf", "../../etc/knee.pdf", "تقرير.pdf", "9.00\u202fAM.pdf"]
)
def test_a_filename_never_becomes_a_path(uploader: Uploader, filename: str) -> None:
    target = uploader.target(filename=filename)
    assert Document.objects.get(id=target["document_id"]).filename in (
        "KNEE.PDF",
        "knee.pdf",
        "تقرير.pdf",
        "9.00\u202fAM.pdf",
    )
    assert uploader.put(target).status_code == 200


def test_an_upload_needs_consent_when_announced_and_when_confirmed(uploader: Uploader, patient: Patient) -> None:
    target = uploader.target()
    uploader.put(target)
    withdrawn = Decision("clinical_data_processing", granted=False, policy_version="1")
    record_consent(tenant_id=SHARED, patient_id=patient.id, decision=withdrawn)
    for answer in (uploader.announce(), uploader.confirm(target)):
        assert (answer.status_code, code(answer)) == (403, "CONSENT_REQUIRED_001")
        assert answer.json()["errors"][0]["reason"] == "clinical_data_processing"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, "UPLOAD_MISSING_001"),
        (REPORT[:1023], "UPLOAD_TOO_SMALL_001"),
        ((DATA / "blank-scan.png").read_bytes()[: len(REPORT)], "UPLOAD_CONTENT_TYPE_001"),
    ],
)
def test_what_was_put_is_judged_when_confirmed(
    uploader: Uploader, patient: Patient, body: bytes | None, expected: str
) -> None:
    target = uploader.target()
    if body is not None:
        assert uploader.put(target, body).status_code == 200
    with assert_not_emitted(patient_id=patient.id):
        answer = uploader.confirm(target)
    assert (answer.status_code, code(answer)) == (422, expected)
    uploader.put(target)
    assert uploader.confirm(target).status_code == 202


@pytest.mark.parametrize("body", [None, REPORT[:1023], (DATA / "blank-scan.png").read_bytes()[: len(REPORT)]])
def test_a_confirmation_that_came_too_early_works_under_its_key_once_the_bytes_are_there(
    uploader: Uploader, body: bytes | None
) -> None:
    target, keyed = uploader.target(), {**uploader.headers, "X-Idempotency-Key": "confirmation"}
    if body is not None:
        uploader.put(target, body)
    assert uploader.confirm(target, keyed).status_code == 422
    uploader.put(target)
    assert uploader.confirm(target, keyed).status_code == 202
    assert uploader.confirm(target, keyed).headers["Idempotency-Replayed"] == "true"


def test_more_bytes_than_announced_are_refused_and_not_kept(uploader: Uploader) -> None:
    target = uploader.target(size=2048)

    def chunked() -> Any:
        yield from (REPORT[:1500], REPORT[:1500])

    announced = uploader.put(target, b"x" * 2049)
    unannounced = uploader.http.put(target["upload_url"], content=chunked(), headers=target["headers"])
    assert [code(announced), code(unannounced)] == ["UPLOAD_TOO_LARGE_001"] * 2
    assert storage().size(target["storage_key"]) is None
    assert list(storage().path(target["storage_key"]).parent.iterdir()) == []


def test_the_type_put_is_the_type_announced(uploader: Uploader) -> None:
    answer = uploader.put(uploader.target(), **{"Content-Type": "text/html"})
    assert (answer.status_code, code(answer)) == (422, "UPLOAD_CONTENT_TYPE_001")


def test_an_address_is_forged_expired_or_used_in_vain(uploader: Uploader, monkeypatch: pytest.MonkeyPatch) -> None:
    target = uploader.target()
    forged = {**target, "upload_url": target["upload_url"][:-2] + "xx"}
    assert (uploader.put(forged).status_code, code(uploader.put(forged))) == (403, "UPLOAD_URL_001")
    uploader.put(target)
    uploader.confirm(target)
    assert code(uploader.put(target, REPORT[::-1])) == "UPLOAD_URL_001"
    assert storage().open(target["storage_key"]).read() == REPORT
    monkeypatch.setattr(upload_url, "LIFETIME", timedelta(seconds=-1))
    assert code(uploader.put(uploader.target())) == "UPLOAD_URL_001"


def test_another_method_at_an_upload_address_is_refused(uploader: Uploader) -> None:
    answer = uploader.http.get(uploader.target()["upload_url"])
    assert (answer.status_code, code(answer), answer.headers["Allow"]) == (405, "METHOD_NOT_ALLOWED_001", "PUT")


def test_a_document_is_hidden_from_whoever_may_not_see_its_patient(uploader: Uploader, people: People) -> None:
    target = uploader.target()
    uploader.put(target)
    others = (people.patient_headers(people.patient()), people.coordinator_headers("tenant-apollo-001"))
    for headers in others:
        answer = uploader.confirm(target, headers)
        assert (answer.status_code, code(answer)) == (404, "DOCUMENT_NOT_FOUND_001")
    assert code(uploader.confirm({"document_id": "doc_none"})) == "DOCUMENT_NOT_FOUND_001"
    assert uploader.confirm(target, people.coordinator_headers()).status_code == 202


def test_a_browser_of_the_portal_may_put(uploader: Uploader) -> None:
    target = uploader.target()
    answer = uploader.put(target, Origin="https://app.curaway.ai")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.curaway.ai"
