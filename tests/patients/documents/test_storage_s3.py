"""Documents in a bucket: what is asked of S3, and what is made of its answers. Not tried on a real one."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from curaway import environment
from curaway.environment import SettingsRefused
from patients.documents import local_copy, parsing, storage_s3
from patients.documents.kinds import TIFF
from patients.documents.reading import read_document
from patients.documents.storage import LocalStorage, StorageUnavailable, storage
from patients.documents.storage_s3 import S3Storage
from patients.documents.upload_url import Permission
from patients.documents.working import NotNow
from patients.errors import StorageAway, UploadMissing
from patients.models import Document
from patients.services.uploads import confirm_upload, looking
from tests.patients.uploads import DATA

KEY = "tenant-1/pat_1/doc_1"
NAMED = {"Bucket": "documents", "Key": KEY}
GIVEN = {
    "S3_ENDPOINT_URL": "https://account.r2.cloudflarestorage.com",
    "S3_BUCKET": "documents",
    "S3_ACCESS_KEY_ID": "key-id",
    "S3_SECRET_ACCESS_KEY": "key-secret",
    "S3_REGION": "auto",
}
PDF = b"%PDF-1.7 " + b"x" * 2000


@pytest.fixture
def bucket():
    return S3Storage.of(dataclasses.replace(environment.load({"DEBUG": "on"}), **GIVEN))


@pytest.fixture
def s3(bucket):
    with Stubber(bucket._client) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def body(content):
    return {"Body": StreamingBody(io.BytesIO(content), len(content))}


def test_an_address_is_good_for_these_bytes_of_this_type_for_fifteen_minutes(bucket):
    target = bucket.target(Permission("tenant-1", "pat_1", "doc_1", 2009, "application/pdf"))
    url = urlsplit(target.url)
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert (url.scheme, url.netloc) == ("https", "account.r2.cloudflarestorage.com")
    assert url.path == f"/documents/{KEY}"
    assert set(asked["X-Amz-SignedHeaders"].split(";")) == {"content-length", "content-type", "host"}
    assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == ("AWS4-HMAC-SHA256", "900")
    assert asked["X-Amz-Credential"].split("/")[0::2] == ["key-id", "auto", "aws4_request"]
    assert len(asked["X-Amz-Signature"]) == 64
    assert set(asked) == {
        f"X-Amz-{word}" for word in "Algorithm Credential Date Expires SignedHeaders Signature".split()
    }
    assert "key-secret" not in target.url
    assert target.headers == {"Content-Type": "application/pdf"}


def test_another_size_or_type_has_another_signature(bucket):
    def signature(size, content_type):
        target = bucket.target(Permission("tenant-1", "pat_1", "doc_1", size, content_type))
        return parse_qs(urlsplit(target.url).query)["X-Amz-Signature"][0]

    pairs = [(2009, "application/pdf"), (2010, "application/pdf"), (2009, "image/png")]
    assert len({signature(*pair) for pair in pairs}) == 3


def test_it_looks_at_the_size_and_the_first_bytes_only(bucket, s3):
    s3.add_response("head_object", {"ContentLength": len(PDF)}, NAMED)
    s3.add_response("get_object", body(PDF[:1024]), {**NAMED, "Range": "bytes=0-1023"})
    assert bucket.look(KEY, 1024) == (len(PDF), PDF[:1024])


def test_an_empty_object_is_seen_as_one(bucket, s3):
    s3.add_response("head_object", {"ContentLength": 0}, NAMED)
    assert bucket.look(KEY, 1024) == (0, b"")


def test_where_nothing_was_put_there_is_nothing(bucket, s3):
    s3.add_client_error("head_object", "404", http_status_code=404)
    assert bucket.look(KEY, 1024) is None


@pytest.mark.parametrize("code", ["AccessDenied", "InternalError", "SlowDown"])
def test_a_store_that_does_not_answer_says_no_more_than_its_code(bucket, s3, code):
    s3.add_client_error("head_object", code, f"{KEY} is not for you", 500)
    with pytest.raises(StorageUnavailable, match=f"^{code}$"):
        bucket.look(KEY, 1024)


@pytest.mark.parametrize("nameless", [storage_s3.NAMELESS, False])
def test_a_local_copy_is_gone_afterwards(bucket, s3, tmp_path, monkeypatch, nameless):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(storage_s3, "NAMELESS", nameless)
    s3.add_response("get_object", body(PDF), NAMED)
    with bucket.local_copy(KEY) as path:
        assert path.read_bytes() == PDF
        assert path.stat().st_mode & 0o077 == 0
        # Without a name there is nothing that a process that is killed now could leave.
        assert list(tmp_path.iterdir()) == ([] if nameless else [path])
    assert not path.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "content_type"), [("knee-report.pdf", "application/pdf"), ("two-pages.tif", TIFF)])
async def test_the_reader_reads_a_local_copy(bucket, s3, name, content_type):
    s3.add_response("get_object", body((DATA / name).read_bytes()), NAMED)
    with bucket.local_copy(KEY) as path:
        copied = await read_document(path, content_type)
    assert copied == await read_document(DATA / name, content_type)


def test_a_copy_of_nothing_is_no_file(bucket, s3):
    s3.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    with pytest.raises(FileNotFoundError), bucket.local_copy(KEY):
        pass


@pytest.mark.parametrize("key", ["a/b", "a/../c", "/a/b", "a/b/c/d"])
def test_only_storage_keys_are_asked_for(bucket, key):
    with pytest.raises(ValueError, match="not a storage key"):
        bucket.look(key, 10)


def test_the_settings_choose_where_documents_lie(settings):
    assert isinstance(storage(), LocalStorage)
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, **GIVEN)
    assert isinstance(storage(), S3Storage)


@pytest.mark.parametrize("missing", GIVEN)
def test_all_settings_of_the_bucket_are_given_or_none(missing):
    given = {name: value for name, value in GIVEN.items() if name != missing}
    with pytest.raises(SettingsRefused, match=f"{missing} missing"):
        environment.load({"DEBUG": "on", **given})


class Bucket:
    """A remote storage that is asked over no network."""

    is_remote = True

    def __init__(self, folder: Path, fault: Exception | None = None) -> None:
        self.local = LocalStorage(folder)
        self.fault = fault
        self.let_go = threading.Event()
        self.let_go.set()
        self.open = 0

    def look(self, key, length):
        from django.db import connection

        assert not connection.in_atomic_block, "asked inside a transaction"
        if self.fault:
            raise self.fault
        return self.local.look(key, length)

    @contextmanager
    def local_copy(self, key):
        self.let_go.wait(10)
        if self.fault:
            raise self.fault
        self.open += 1
        try:
            with self.local.local_copy(key) as path:
                yield path
        finally:
            self.open -= 1


@pytest.fixture
def expected(people):
    patient = people.patient()
    return Document.objects.create(
        patient=patient, tenant_id=patient.tenant_id, filename="a.pdf", content_type="application/pdf", size=len(PDF)
    )


def confirm(document, vault):
    look = asyncio.run(looking(vault, document.storage_key))
    return confirm_upload(
        tenant_id=document.tenant_id, patient_id=document.patient_id, document_id=document.id, look=look
    )


def put(vault, document):
    place = vault.local.path(document.storage_key)
    place.parent.mkdir(parents=True)
    place.write_bytes(PDF)


def test_a_bucket_is_asked_before_the_patient_is_locked(tmp_path, expected):
    vault = Bucket(tmp_path)
    put(vault, expected)
    assert (confirm(expected, vault).status, confirm(expected, vault).size) == ("uploaded", len(PDF))


def test_a_bucket_that_is_away_refuses_nothing_for_good(tmp_path, expected):
    with pytest.raises(StorageAway) as refused:
        confirm(expected, Bucket(tmp_path, StorageUnavailable("SlowDown")))
    assert (refused.value.status, refused.value.retry_after) == (503, 5)
    with pytest.raises(UploadMissing):
        confirm(expected, Bucket(tmp_path))


@pytest.fixture
def read_from(monkeypatch, expected):
    """Has the document's bytes fetched from this bucket and read."""

    async def read(vault):
        monkeypatch.setattr(local_copy, "storage", lambda: vault)
        return await parsing._read(expected)

    return read


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [(StorageUnavailable("SlowDown"), NotNow), (FileNotFoundError(), parsing.BytesMissing)],
)
async def test_what_cannot_be_fetched_is_gone_or_comes_later(tmp_path, read_from, fault, meaning):
    with pytest.raises(meaning):
        await read_from(Bucket(tmp_path, fault))


async def test_a_document_is_read_from_its_copy(tmp_path, read_from, expected, monkeypatch):
    vault, seen = Bucket(tmp_path), []

    async def reader(path, content_type, **limits):
        seen.append((path.read_bytes(), content_type, vault.open))

    monkeypatch.setattr(parsing, "read_document", reader)
    put(vault, expected)
    await read_from(vault)
    assert (seen, vault.open) == ([(PDF, "application/pdf", 1)], 0)


async def test_a_copy_that_nobody_waits_for_any_more_is_cleared_away(tmp_path, read_from, expected):
    vault = Bucket(tmp_path)
    put(vault, expected)
    vault.let_go.clear()
    reading = asyncio.create_task(read_from(vault))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    vault.let_go.set()
    async with asyncio.timeout(5):
        while vault.open or not vault.let_go.is_set():
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert vault.open == 0


def test_a_network_that_is_away_is_a_passing_fault(bucket, monkeypatch):
    def away(**_):
        raise EndpointConnectionError(endpoint_url="https://account.r2.cloudflarestorage.com/documents/" + KEY)

    monkeypatch.setattr(bucket._client, "head_object", away)
    with pytest.raises(StorageUnavailable, match=r"^EndpointConnectionError$"):
        bucket.look(KEY, 1024)
