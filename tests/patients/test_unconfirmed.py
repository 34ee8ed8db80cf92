"""Uploads that are announced and never confirmed: bounded in number, and deleted when nobody can confirm them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from events.question import ask_together
from patients.documents import unconfirmed
from patients.documents.storage import StorageUnavailable, local_storage
from patients.documents.unconfirmed import KEPT_FOR, MOST, OPEN_FOR, chore, delete_given_up
from patients.models import Document, DocumentStatus, Patient
from tests.patients.uploads import Uploader
from tests.people import People
from tests.waiting import wait_until

A_MINUTE = timedelta(minutes=1)


def announced(patient: Patient, number: int) -> list[Document]:
    facts: dict[str, Any] = {"tenant_id": patient.tenant_id, "filename": "a.pdf", "content_type": "x", "size": 1}
    return Document.objects.bulk_create([Document(patient=patient, **facts) for _ in range(number)])


def age(target: dict[str, Any], by: timedelta) -> None:
    Document.objects.filter(id=target["document_id"]).update(created_at=timezone.now() - by)


def is_kept(target: dict[str, Any]) -> tuple[bool, bool]:
    """Whether its row is, and its bytes are."""
    there = Document.objects.filter(id=target["document_id"]).exists()
    return there, local_storage().size(target["storage_key"]) is not None


class Away:
    """A storage that deletes nothing: for the server of the suite, too, which has a sweep of its own."""

    def delete(self, key: str) -> None:
        raise StorageUnavailable("SlowDown")


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


class TestTheirNumber:
    def test_beyond_the_bound_none_is_announced_until_one_is_confirmed(
        self, uploader: Uploader, patient: Patient
    ) -> None:
        announced(patient, MOST - 1)
        target = uploader.target()
        uploader.put(target)
        refused = uploader.announce()
        assert (refused.status_code, code(refused)) == (429, "RATE_LIMIT_001")
        assert "uploads" in refused.json()["errors"][0]["message"]
        assert 0 < int(refused.headers["Retry-After"]) <= KEPT_FOR.total_seconds()
        assert uploader.confirm(target).status_code == 202
        assert uploader.announce().status_code == 201

    def test_another_patient_is_not_concerned(self, http: httpx.Client, people: People, patient: Patient) -> None:
        announced(patient, MOST)
        other = people.patient()
        assert Uploader(http, people.patient_headers(other), other.id).announce().status_code == 201

    def test_a_confirmed_document_is_none(self, uploader: Uploader, patient: Patient) -> None:
        for document in announced(patient, MOST):
            Document.objects.filter(id=document.pk).update(status=DocumentStatus.UPLOADED)
        assert uploader.announce().status_code == 201


class TestTheirEnd:
    def test_nobody_can_put_or_confirm_one_that_was_given_up(self, uploader: Uploader) -> None:
        target = uploader.target()
        uploader.put(target)
        age(target, OPEN_FOR - A_MINUTE)
        assert uploader.put(target).status_code == 200
        age(target, OPEN_FOR + A_MINUTE)
        assert code(uploader.put(target)) == "UPLOAD_URL_001"
        assert code(uploader.confirm(target)) == "DOCUMENT_NOT_FOUND_001"

    def test_a_server_deletes_it_with_its_bytes_and_nothing_else(self, uploader: Uploader) -> None:
        old, young, confirmed = (uploader.target() for _ in range(3))
        for target in (old, young, confirmed):
            uploader.put(target)
        uploader.confirm(confirmed)
        age(young, KEPT_FOR - A_MINUTE)
        for target in (old, confirmed):
            age(target, KEPT_FOR + A_MINUTE)
        wait_until(lambda: is_kept(old) == (False, False), seconds=30)
        assert [is_kept(target) for target in (old, young, confirmed)] == [(False, False), (True, True), (True, True)]

    def test_one_whose_bytes_were_never_put_is_deleted_too(self, uploader: Uploader) -> None:
        target = uploader.target()
        age(target, KEPT_FOR + A_MINUTE)
        wait_until(lambda: delete_given_up() == 0)
        assert is_kept(target) == (False, False)

    def test_where_the_storage_is_away_the_row_stays_for_another_time(
        self, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = uploader.target()
        uploader.put(target)
        with monkeypatch.context() as patched:
            patched.setattr(unconfirmed, "storage", Away)
            age(target, KEPT_FOR + A_MINUTE)
            assert delete_given_up() == 0
        assert is_kept(target) == (True, True)
        wait_until(lambda: delete_given_up() == 0)
        assert is_kept(target) == (False, False)

    def test_the_round_asks_whether_there_are_any(self, uploader: Uploader, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unconfirmed, "storage", Away)
        target = uploader.target()
        assert ask_together([chore().question()]) == [[]]
        age(target, KEPT_FOR + A_MINUTE)
        assert ask_together([chore().question()]) == [[{"found": 1}]]
