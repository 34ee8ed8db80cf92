"""The checker of chaos runs catches what it is there for: each mistake is doctored into evidence that has none."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from bench.chaos.checks import check
from bench.chaos.checks.own import APOLOGY
from bench.chaos.checks.table import Job
from bench.chaos.digest import digest, digests
from bench.chaos.fault import Kind
from patients.chat.phrases import say
from tests.bench.chaos_evidence import (
    ANNA,
    BEN,
    MARKS,
    Story,
    connection,
    created,
    document_of,
    extracted,
    heard,
    told,
    without,
)


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
    notes = [note for name in ("own", "late", "polling") for note in story.notes[name] if note.get("event") == last.id]
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
    story.notes["own"].append({**last, "position": 8, "id": "8", "event": "never"})
    assert "only what was committed is told" in rules(story)


def test_a_cursor_that_is_not_honoured_is_noticed(story: Story) -> None:
    story.notes["own"][-4] |= {"position": 6, "resumed": False, "reset": "ahead"}
    assert "a cursor is honoured" in rules(story)


@pytest.mark.parametrize("position", [2, 999])
def test_a_page_that_goes_on_elsewhere_is_noticed(story: Story, position: int) -> None:
    story.notes["polling"][5]["position"] = position
    assert rules(story) == {"a page says where to go on"}


def test_the_state_of_somebody_else_is_noticed(story: Story) -> None:
    story.notes["late"][1] |= {"marks": [MARKS[BEN]], "names": [f"doc_{BEN}"]}
    assert rules(story) == {
        "nobody is told the words of anyone else",
        "a patient's own words are told",
        "a state names only what is its patient's own",
    }


def test_a_state_that_names_what_nobody_has_or_is_of_another_position_is_noticed(story: Story) -> None:
    story.notes["late"][1] |= {"names": ["doc_never"], "at_position": 2}
    assert rules(story) == {"a state names only what is its patient's own", "a state is of the head it comes with"}


def test_two_states_of_one_position_are_noticed(story: Story) -> None:
    story.notes["narrow"] += connection(story.narrow, 6, [], head=4)
    assert rules(story) == set()
    story.notes["narrow"][-1]["state"] = "other"
    assert rules(story) == {"everybody is told the same"}


def test_the_words_of_another_patient_are_noticed_when_everybody_is_told_them(story: Story) -> None:
    first = story.stream(ANNA)[0]
    notes = [note for notes in story.notes.values() for note in notes if note.get("event") == first.id]
    for note in notes:
        note["marks"] = []
    assert rules(story) == {"a patient's own words are told"}
    for note in notes:
        note["marks"] = sorted(MARKS.values())
    assert rules(story) == {"nobody is told the words of anyone else"}


@pytest.mark.parametrize(
    ("message", "greets", "owed"), [("wel_1", False, True), ("ans_1", True, True), ("ans_1", False, False)]
)
def test_a_welcome_and_the_answer_to_a_greeting_are_by_name(
    story: Story, message: str, greets: bool, owed: bool
) -> None:
    answer = story.record(ANNA, "agent_response_generated", {"message_id": message}, correlation="act-1")
    for name, viewer in (("own", story.own), ("late", story.late), ("polling", story.polling)):
        story.notes[name].append(heard(viewer, answer))
    story.acts = [{"at": 1, "act": "greet" if greets else "chat", "correlation": "act-1", "said": "begun"}]
    assert rules(story) == ({"a patient's own words are told"} if owed else set())
    for note in (story.notes[name][-1] for name in ("own", "late", "polling")):
        note["payload"]["content"] = APOLOGY
    assert "a patient's own words are told" not in rules(story), "after a fault anybody is apologized to"


def test_the_apology_is_the_one_that_the_checker_knows() -> None:
    assert digest(say("tell", "fault", "en")) == APOLOGY


def test_what_is_told_of_a_document_is_what_its_paper_says(story: Story) -> None:
    gout, asthma = digest("Gout, unspecified"), digest("Unspecified asthma, uncomplicated")
    confirmed = {"at": 1, "act": "confirm", "correlation": "act-1", "said": "begun", "document": f"doc_{ANNA}"}
    story.acts = [{**confirmed, "displays": [gout]}]
    assert rules(story) == set()
    for displays in ([asthma], [gout, gout], []):
        story.acts = [{**confirmed, "displays": displays}]
        assert rules(story) == {"what a document says is told of it"}
    story.acts = [{**confirmed, "document": "doc_given_up", "displays": [gout]}]
    assert rules(story) == set(), "it was never analyzed"


def test_a_fact_that_names_what_another_patient_has_is_noticed(story: Story) -> None:
    kind, payload = extracted("doc_other")
    story.record(BEN, kind, {**payload, "hidden": [f"res_{ANNA}"]})
    assert "what a fact names is its patient's own" in rules(story)


def test_a_hole_in_the_positions_is_noticed(story: Story) -> None:
    story.events.remove(story.stream(BEN)[2])
    assert "positions are dense" in rules(story)


def test_a_job_with_two_effects_is_noticed(story: Story) -> None:
    story.record(BEN, "document_analyzed", {"document_id": f"doc_{BEN}", "status": "analyzed"})
    assert rules(story) == {"one effect for any number of deliveries"}


def test_findings_that_are_counted_twice_are_noticed(story: Story) -> None:
    """A delivery in whose transaction they were kept twice: the second time makes no resources."""
    story.record(BEN, *extracted(f"doc_{BEN}", conditions=1))
    assert rules(story) == {"one effect for any number of deliveries", "as much is created as was counted"}


def test_a_message_whose_findings_are_counted_twice_is_noticed(story: Story) -> None:
    story.record(BEN, *created("res_said", None), correlation="act-1")
    story.record(BEN, *extracted(None, conditions=2), correlation="act-1")
    story.record(BEN, *created("res_later", None), correlation="act-2")
    story.record(BEN, *extracted(None, conditions=1), correlation="act-2")
    story.resources |= {"res_said", "res_later"}
    assert rules(story) == set(), "of what a message says, what the patient has said before makes nothing"
    story.record(BEN, *extracted(None, conditions=2), correlation="act-1")
    assert rules(story) == {"one effect for any number of deliveries"}


def test_resources_of_two_analyses_are_noticed(story: Story) -> None:
    story.record(BEN, *created("res_again", f"doc_{BEN}"))
    story.resources.add("res_again")
    assert rules(story) == {"as much is created as was counted"}


def test_resources_and_an_analysis_without_their_count_are_noticed(story: Story) -> None:
    story.record(BEN, *created("res_said", None), correlation="act-1")
    story.resources.add("res_said")
    assert rules(story) == {"what was taken from somewhere is counted"}
    story.record(BEN, *extracted(None, conditions=1), correlation="act-1")
    story.events.remove(next(one for one in story.stream(BEN) if one.type == "clinical_entities_extracted"))
    assert "what was taken from somewhere is counted" in rules(story)


def test_a_document_that_was_taken_up_again_and_says_nothing_is_no_mistake(story: Story) -> None:
    """Set aside for a consent, and resumed: its job is delivered anew, its facts are not told anew."""
    for kind, payload in document_of("silent"):
        if kind not in ("fhir_resource_created", "clinical_entities_extracted"):
            story.record(BEN, kind, payload)
        elif kind == "clinical_entities_extracted":
            story.record(BEN, *extracted("doc_silent"))
    story.documents["doc_silent"] = "analyzed"
    assert rules(story) == set()


@pytest.mark.parametrize("pair", [("res_a", "res_b"), ("res_b", "res_a")])
def test_a_conflict_that_is_told_twice_is_noticed(story: Story, pair: tuple[str, str]) -> None:
    for kept, other in (("res_a", "res_b"), ("res_a", "res_c")):
        story.record(BEN, "ehr_conflict_detected", {"kept_resource_id": kept, "other_resource_id": other})
    assert rules(story) == set()
    story.record(BEN, "ehr_conflict_detected", {"kept_resource_id": pair[0], "other_resource_id": pair[1]})
    assert rules(story) == {"one effect for any number of deliveries"}


def test_an_intake_that_moves_twice_over_the_same_way_is_noticed(story: Story) -> None:
    categories = {"documents": 0.5}
    for previous, progress in ((0.1, 0.2), (0.2, 0.2), (0.2, 0.4)):
        moved = {"previous": previous, "progress": progress, "categories": categories}
        story.record(BEN, "intake_progress_updated", moved)
        story.record(BEN, "intake_progress_updated", MOVED)
    assert rules(story) == set(), "the writers' own have no categories"
    story.record(BEN, "intake_progress_updated", {"previous": 0.2, "progress": 0.4, "categories": categories})
    assert rules(story) == {"the intake moves on from where it was"}


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
