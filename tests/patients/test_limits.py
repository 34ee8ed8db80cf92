"""Writes are counted per caller and minute; reads are not."""

from __future__ import annotations

import secrets
from dataclasses import replace

import httpx
import pytest
from django.conf import settings

from curaway.errors import RateLimited
from patients.limits import count_write
from patients.models import WriteCount
from tests.people import People


def name() -> str:
    return f"user_{secrets.token_hex(6)}"


@pytest.fixture
def two_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, RATE_LIMIT_WRITES=2))


def test_beyond_the_limit_the_rest_of_the_minute_is_said(database: None) -> None:
    subject = name()
    for _ in range(2):
        count_write(subject, limit=2, now=600.0)
    with pytest.raises(RateLimited) as refused:
        count_write(subject, limit=2, now=642.5)
    assert refused.value.retry_after == 18


def test_the_next_minute_begins_anew_and_the_last_is_forgotten(database: None) -> None:
    subject = name()
    count_write(subject, limit=1, now=600.0)
    count_write(subject, limit=1, now=660.0)
    assert [row.minute for row in WriteCount.objects.filter(subject=subject)] == [11]


def test_zero_is_no_limit(database: None) -> None:
    subject = name()
    for _ in range(5):
        count_write(subject, limit=0, now=600.0)
    assert not WriteCount.objects.filter(subject=subject).exists()


@pytest.mark.usefixtures("two_a_minute")
def test_a_caller_who_writes_too_often_is_told_when_to_return(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    headers, path = people.patient_headers(patient), f"/api/v1/patients/{patient.id}"
    answers = [http.put(path, headers=headers, json={}) for _ in range(5)]
    refused = [answer for answer in answers if answer.status_code == 429]
    # A minute may end in between and begin the count anew.
    assert len(refused) >= 1
    assert refused[-1].json()["errors"][0]["code"] == "RATE_LIMIT_001"
    assert 1 <= int(refused[-1].headers["Retry-After"]) <= 60
    assert http.get(path, headers=headers).status_code == 200
    other = people.patient()
    assert http.put(f"/api/v1/patients/{other.id}", headers=people.patient_headers(other), json={}).is_success
