"""The checker of chaos runs catches what it is there for: each mistake is doctored into evidence that has none."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from bench.chaos.checks import check
from bench.chaos.checks.table import Job
from bench.chaos.digest import digests
from bench.chaos.fault import Kind
from tests.bench.chaos_evidence import ANNA, BEN, Story, connection, heard, told, without


@pytest.fixture
def story() -> Story:
    return Story()


def rules(story: Story) -> set[str]:
    return {violation.rule for violation in check(story.evidence())}


def test_evidence_without_a_mistake_has_no_violation(story: Story) -> None:
    assert list(check(story.evidence())) == []


def test_an_event_that_never_came_is_lost(story: Story) -> None:
    story.notes["own"] = without(story.notes["own"], 3)
    assert rules(story) == {"nothing is lost"}


NETWORK = {
    Kind.CLIENTS_CUT: "client cut between frames",
    Kind.CLIENTS_SLOWED: "client slowed",
    Kind.CALLBACKS_TWICE: "callback twice",
    Kind.CALLBACKS_LATE: "callback late",
    Kind.ANSWERS_LOST: "callback's answer lost",
}


@pytest.mark.parametrize("missing", NETWORK)
def test_a_fault_of_the_network_that_met_nobody_proves_nothing(story: Story, missing: Kind) -> None:
    noted = [{"at": 1001.0, "done": done} for kind, done in NETWORK.items() if kind is not missing]
    evidence = story.evidence()._replace(begun=set(Kind), network=noted)
    assert [str(one) for one in check(evidence)] == [f"every fault of the network meets somebody: {missing}"]
    assert list(check(evidence._replace(begun=set(Kind) - {missing}))) == []


def test_the_last_event_is_missed_too(story: Story) -> None:
    story.notes["own"] = without(story.notes["own"], 6)
    assert rules(story) == {"nothing is lost"}


def test_a_narrowed_stream_is_owed_its_own_types(story: Story) -> None:
    story.notes["narrow"] = without(story.notes["narrow"], 5)
    assert rules(story) == {"nothing is lost"}


def test_an_event_that_comes_twice_is_noticed_also_after_a_resume(story: Story) -> None:
    again = heard(story.own, story.stream(ANNA)[3])
    story.notes["own"].insert(-2, again)
    assert "nothing comes twice" in rules(story)


def test_two_events_in_the_wrong_order_are_noticed(story: Story) -> None:
    notes = story.notes["late"]
    notes[-1], notes[-2] = notes[-2], notes[-1]
    assert rules(story) == {"nothing is lost", "events come in order"}


def test_an_event_of_somebody_else_is_noticed(story: Story) -> None:
    foreign = heard(story.own, story.stream(BEN)[4])
    story.notes["own"][-2] = foreign
    assert {"nobody hears of anyone else", "an event is told as it was recorded"} <= rules(story)


def test_a_stranger_who_is_let_in_is_noticed(story: Story) -> None:
    story.notes["stranger"] += connection(story.stranger, 0, [], head=6)
    assert rules(story) == {"who may not listen hears nothing"}


def test_a_stranger_who_was_never_refused_proves_nothing(story: Story) -> None:
    story.notes["stranger"] = [told(story.stranger, "refused", status=503)]
    assert rules(story) == {"who may not listen is refused"}


def test_a_viewer_who_is_refused_or_never_let_in_is_noticed(story: Story) -> None:
    story.notes["own"].append(told(story.own, "refused", status=404))
    story.notes["late"] = []
    assert rules(story) == {"who may listen is let in", "everybody who may listen is let in"}


def test_an_event_that_was_changed_on_the_way_is_noticed(story: Story) -> None:
    story.notes["own"][-1]["payload"]["status"] = "0" * 12
    assert rules(story) == {"an event is told as it was recorded", "everybody is told the same"}


def test_of_a_sealed_field_everybody_must_be_told_the_same_and_never_its_seal(story: Story) -> None:
    last = story.stream(ANNA)[-1]
    story.events[story.events.index(last)] = last._replace(payload={**last.payload, "filename": "phi:1:AAAA"})
    notes = [note for name in ("own", "late") for note in story.notes[name] if note.get("event") == last.id]
    for note in notes:
        note["payload"] |= digests({"filename": "knee.pdf"})
    assert rules(story) == set()
    notes[0]["payload"] |= digests({"filename": "other.pdf"})
    assert rules(story) == {"everybody is told the same"}
    for note in notes:
        note["payload"] |= digests({"filename": "phi:1:AAAA"})
    assert rules(story) == {"an event is told as it was recorded"}


def test_an_event_that_is_not_in_the_log_was_not_committed(story: Story) -> None:
    last = heard(story.own, story.stream(ANNA)[-1])
    story.notes["own"].append({**last, "position": 7, "id": "7", "event": "never"})
    assert "only what was committed is told" in rules(story)


def test_a_cursor_that_is_not_honoured_is_noticed(story: Story) -> None:
    story.notes["own"][-3] |= {"position": 6, "resumed": False, "reset": "ahead"}
    assert "a cursor is honoured" in rules(story)


def test_a_hole_in_the_positions_is_noticed(story: Story) -> None:
    story.events.remove(story.stream(BEN)[2])
    assert "positions are dense" in rules(story)


def test_a_job_with_two_effects_is_noticed(story: Story) -> None:
    story.record(BEN, "document_analyzed", {"document_id": f"doc_{BEN}", "status": "analyzed"})
    assert rules(story) == {"one effect for any number of deliveries"}


def test_a_job_with_two_ends_is_noticed(story: Story) -> None:
    failed = story.record(BEN, "document_failed", {"document_id": f"doc_{BEN}", "status": "failed"})
    story.jobs.append(Job("job-mail", "notification", "done", failed.id, {"notification_id": "x"}))
    story.notifications["x"] = "skipped"
    assert rules(story) == {"a thing has one end"}


@pytest.mark.parametrize("status", ["waiting", "published"])
def test_a_job_that_never_ends_is_noticed(story: Story, status: str) -> None:
    story.jobs[-1] = story.jobs[-1]._replace(status=status)
    assert "every job comes to an end" in rules(story)


def test_a_job_that_counts_as_done_without_its_effect_is_noticed(story: Story) -> None:
    story.events.remove(story.stream(BEN)[-1])
    assert rules(story) == {"a job's status is its effect's"}


def test_a_fact_without_its_job_and_a_job_twice_are_noticed(story: Story) -> None:
    story.jobs[0] = story.jobs[0]._replace(kind="notification", body={"notification_id": "none"})
    assert {"a fact causes each of its jobs once", "no job without its fact"} <= rules(story)


def test_a_resource_that_nobody_was_told_of_is_noticed(story: Story) -> None:
    story.resources.add("res_silent")
    assert rules(story) == {"a resource is told of if, and only if, it is there"}


def test_a_message_without_its_answer_is_noticed(story: Story) -> None:
    story.record(BEN, "chat_message_sent", {"message_id": "msg_1"})
    assert rules(story) == {"every message is answered"}


MOVED: dict[str, Any] = {"previous": 0.1, "progress": 0.2, "categories": {}}


@pytest.mark.parametrize(
    ("outcome", "written", "rule"),
    [
        ("committed", 1, "what was committed is in the log"),
        ("rolled back", 1, "what was rolled back never was"),
        ("rolled back", 2, "what was rolled back never was"),
        ("unknown", 1, "a transaction is whole"),
    ],
)
def test_a_transaction_that_is_not_what_its_writer_was_told_is_noticed(
    story: Story, outcome: str, written: int, rule: str
) -> None:
    for _ in range(written):
        story.record(BEN, "intake_progress_updated", MOVED, correlation="w-1")
    story.transactions = [
        {"at": 1, "correlation": "w-1", "said": "begun", "events": 2},
        {"at": 2, "correlation": "w-1", "said": outcome},
    ]
    assert rules(story) == {rule}


def test_a_transaction_whose_writer_was_killed_may_be_there_or_not(story: Story) -> None:
    story.transactions = [{"at": 1, "correlation": f"w-{number}", "said": "begun", "events": 2} for number in (1, 2)]
    for _ in range(2):
        story.record(BEN, "intake_progress_updated", MOVED, correlation="w-1")
    assert rules(story) == set()


@pytest.mark.parametrize(
    ("consents", "status", "rule"),
    [
        (0, 201, "what was answered is in the log"),
        (2, 201, "one effect for any number of requests"),
        (2, 0, "one effect for any number of requests"),
        (0, 422, "who asks for what is right is not refused"),
    ],
)
def test_an_act_that_had_another_effect_than_one_is_noticed(
    story: Story, consents: int, status: int, rule: str
) -> None:
    for number in range(consents):
        story.record(BEN, "consent_granted", {"consent_id": str(number)}, correlation="act-1")
    story.acts = [{"at": 1, "act": "consent", "correlation": "act-1", "said": "begun"}]
    if status:
        story.acts.append({"at": 2, "act": "consent", "correlation": "act-1", "said": "answered", "status": status})
    assert rule in rules(story)


def test_a_mail_that_never_left_and_one_that_left_twice_are_noticed(story: Story) -> None:
    story.notifications = {"ntf_1": "sent", "ntf_2": "sent"}
    story.mails = [{"at": at, "mail": "<ntf_2@curaway.ai>"} for at in (1000.0, 1100.0)]
    assert rules(story) == {"a mail that counts as sent has left", "a mail leaves once"}
    story.mails.append({"at": 1000.0, "mail": "<ntf_1@curaway.ai>"})
    story.harmful = [(1001.0, 1003.0)]
    assert rules(story) == set(), "killed between its leaving and its being stored, it leaves again"


OURS = ("checks", "listeners", "actors", "mailbox", "wire")
SERVERS = {"curaway", "events", "patients", "webhooks", "django"}


def test_the_checker_and_the_clients_share_no_code_with_the_server() -> None:
    listed = f"import sys, {', '.join(f'bench.chaos.{name}' for name in OURS)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True).stdout.split()
    assert "bench.chaos.checks.delivery" in loaded
    assert {name.partition(".")[0] for name in loaded} & SERVERS == set()
