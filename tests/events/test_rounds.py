"""The round: one query, whatever is asked; and what it finds to be done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curaway.identity import Role
from events import log, relay
from events.chores import Chore
from events.log import StreamKey
from events.models import Job
from events.question import Question, ask_together
from events.viewers import Viewer
from patients import live
from tests.facts import record
from tests.people import SHARED, People


def key(patient: Any) -> StreamKey:
    return StreamKey(patient.tenant_id, patient.id)


def found(question: Question) -> list[dict[str, Any]]:
    return ask_together([question])[0]


def test_everything_a_round_asks_is_one_query(people: People) -> None:
    grown, rests, locked = people.patient(), people.patient(), people.patient(quarantined=True)
    record(grown)
    viewers = [Viewer(key(of), str(of.subject), Role.PATIENT) for of in (grown, locked)]
    with CaptureQueriesContext(connection) as asked:
        answers = ask_together(
            [
                live.ask_refused(viewers),
                log.grown({key(grown): 0, key(rests): 0}),
                live.ask_busy([key(rests)]),
                relay.chore().question(),
            ]
        )
    assert len(asked) == 1
    refused, has_grown, busy, _ = answers
    assert refused == [{"number": 2}]
    assert has_grown == [{"tenant_id": SHARED, "patient_id": grown.id, "position": 1}]
    assert busy == []


def test_a_round_without_listeners_asks_about_nobody(people: People) -> None:
    assert ask_together([live.ask_refused([]), log.grown({}), live.ask_busy([])]) == [[], [], []]


def test_what_is_known_already_has_not_grown(people: People) -> None:
    patient = people.patient()
    record(patient)
    assert found(log.grown({key(patient): 1})) == []


def test_a_job_that_is_due_is_found_and_one_that_is_not_yet_is_not(people: People) -> None:
    patient = people.patient()
    of = {"kind": "notification", "tenant_id": SHARED, "patient_id": patient.id, "correlation_id": "c", "body": {}}
    Job.objects.update(status="done")
    later = Job.objects.create(**of, due_at=timezone.now() + timedelta(hours=1))
    assert found(relay.chore().question()) == []
    Job.objects.filter(pk=later.pk).update(due_at=timezone.now())
    assert found(relay.chore().question()) == [{"found": 1}]
    Job.objects.filter(pk=later.pk).update(status="done")
    assert found(relay.chore().question()) == []


def test_a_chore_is_asked_about_only_when_it_is_its_turn(people: People) -> None:
    chore = Chore("SELECT 1/%(divisor)s", {"divisor": 1}, wake=list, every=60)
    first, second = chore.question(), chore.question()
    assert (found(first), found(second)) == ([{"found": 1}], [])


def test_a_chore_that_can_not_be_asked_about_leaves_the_next_round_alone(people: People) -> None:
    broken = Chore("SELECT 1/%(divisor)s WHERE 1/%(divisor)s = 1", {"divisor": 0}, wake=list, every=60)
    broken.question()
    with CaptureQueriesContext(connection) as asked:
        assert ask_together([log.grown({}), broken.question()]) == [[], []]
    assert len(asked) == 1
