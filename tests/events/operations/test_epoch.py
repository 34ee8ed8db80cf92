"""The log's epoch: positions of another life of the log are never taken for this one's."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from events.operations.log_epoch import LogEpoch, current_epoch
from events.operations.restoring import begin_epoch
from events.stream import start_from
from tests.facts import record_many
from tests.people import People


@pytest.mark.parametrize(
    ("resume", "known", "resumed", "reset"),
    [
        (None, None, False, None),
        (None, "other", False, None),
        ("2", None, True, None),
        ("2", "now", True, None),
        ("2", "other", False, "ahead"),
        ("3", "other", False, "ahead"),
        ("4", "now", False, "ahead"),
        ("x", "other", False, "malformed"),
    ],
)
def test_a_position_is_honoured_in_its_own_epoch_only(resume: Any, known: Any, resumed: bool, reset: Any) -> None:
    start = start_from(resume, head=3, state={}, epoch="now", known_epoch=known)
    assert (start.resumed, start.reset, start.epoch) == (resumed, reset, "now")
    assert start.position == (int(resume) if resumed else 3)


@pytest.mark.parametrize(
    ("resume", "known", "reset"),
    [("2", None, None), ("3", None, "ahead"), ("3", "now", None), ("6", None, "ahead"), ("2", "other", "ahead")],
)
def test_after_a_restore_a_position_without_an_epoch_is_honoured_as_far_as_the_backup_went(
    resume: str, known: str | None, reset: str | None
) -> None:
    start = start_from(resume, head=5, state={}, epoch="now", known_epoch=known, certain=2)
    assert (start.resumed, start.reset) == (reset is None, reset)


def test_of_a_restore_a_week_ago_nobody_is_told_any_more(people: People, stream: Any) -> None:
    patient = people.patient()
    begin_epoch(by="test")
    record_many(patient, 3)
    assert stream(patient, last_event_id=2, epoch="").connected()["reset"] == "ahead"
    LogEpoch.objects.update(restored_at=timezone.now() - timedelta(days=8))
    assert stream(patient, last_event_id=2, epoch="").connected()["resumed"] is True


def test_connected_tells_the_epoch_and_a_client_that_sends_it_back_resumes(people: People, stream: Any) -> None:
    patient = people.patient()
    record_many(patient, 3)
    first = stream(patient)
    assert first.connected()["epoch"] == current_epoch() == first.epoch
    first.close()
    record_many(patient, 1)
    again = first.again()
    facts = again.connected()
    assert (facts["resumed"], facts["position"]) == (True, 3)
    assert again.next().position == 4
    again.close()


@pytest.mark.parametrize("epoch", [str(uuid.UUID(int=1)), "nonsense", "x" * 4000])
def test_a_client_of_another_epoch_begins_anew(people: People, stream: Any, epoch: str) -> None:
    patient = people.patient()
    record_many(patient, 3)
    facts = stream(patient, last_event_id=2, epoch=epoch).connected()
    assert (facts["resumed"], facts["reset"], facts["position"]) == (False, "ahead", 3)


def test_a_client_without_an_epoch_is_honoured_by_its_position(people: People, stream: Any) -> None:
    patient = people.patient()
    record_many(patient, 3)
    facts = stream(patient, last_event_id=2, epoch="").connected()
    assert (facts["resumed"], facts["position"]) == (True, 2)


def test_who_polls_is_told_of_another_epoch_too(people: People, http: httpx.Client) -> None:
    patient = people.patient()
    record_many(patient, 3)
    path, headers = f"/api/v1/patients/{patient.id}", people.patient_headers(patient)
    epoch = http.get(f"{path}/summary", headers=headers).json()["data"]["epoch"]
    assert epoch == current_epoch()

    def page(of: str) -> Any:
        return http.get(f"{path}/events", params={"after": 1, "epoch": of}, headers=headers).json()["data"]

    assert [event["position"] for event in page(epoch)["events"]] == [2, 3]
    assert page("other") == {"events": [], "position": 3, "has_more": False, "reset": "ahead"}
