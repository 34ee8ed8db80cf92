"""That no allergy is known, in the record: counted by the intake, shown by name, and heard as it is fetched."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from events.log import StreamKey
from patients import live, queries
from patients.clinical.findings import RXNORM, SNOMED, Kind
from patients.intake import update_intake
from patients.record.keeping import keep
from patients.record.statements import Origin
from tests.stories.listener import Listener
from tests.webhooks.analyses import found, told

NONE = found(Kind.ALLERGY, SNOMED, "716186003", "No known allergy")
PENICILLIN = found(Kind.ALLERGY, RXNORM, "70618", "penicillin")
LETTER, FIRST, SECOND = Origin("document", "doc_1"), Origin("chat", "msg_1"), Origin("chat", "msg_2")


@pytest.fixture
def listener(http, people):
    return Listener(http, people, people.patient())


def hear(listener, origin, *findings):
    patient = listener.patient
    with transaction.atomic():
        locked = queries.locked_patient(patient.tenant_id, patient.id)
        keep(locked, told(*findings), origin=origin, now=timezone.now())
        update_intake(locked)
    listener.listen()
    assert listener.knows == listener.fetched()


def allergies(listener):
    shown = live.snapshot(StreamKey(listener.patient.tenant_id, listener.patient.id)).summary["allergies"]
    return [(one["display"], one["code"], one["conflict"]) for one in shown]


def test_it_is_shown_by_its_name_and_counts_for_the_intake(listener):
    before = listener.knows["categories"]["medical_history"]
    hear(listener, FIRST, NONE)
    assert allergies(listener) == [("No known allergy", "716186003", False)]
    assert listener.knows["categories"]["medical_history"] == pytest.approx(before + 1 / 3, abs=1e-4)


def test_the_patient_s_later_allergy_takes_its_place(listener):
    hear(listener, FIRST, NONE)
    share = listener.knows["categories"]["medical_history"]
    hear(listener, SECOND, PENICILLIN)
    assert allergies(listener) == [("penicillin", "70618", False)]
    assert listener.knows["categories"]["medical_history"] == share


def test_a_letter_that_says_otherwise_is_a_conflict_until_the_patient_agrees(listener):
    hear(listener, FIRST, NONE)
    hear(listener, LETTER, PENICILLIN)
    assert allergies(listener) == [("penicillin", "70618", True)]
    hear(listener, SECOND, PENICILLIN)
    assert allergies(listener) == [("penicillin", "70618", False)]


def test_a_letter_that_knows_of_none_hides_no_allergy(listener):
    hear(listener, FIRST, PENICILLIN)
    hear(listener, LETTER, NONE)
    assert allergies(listener) == [("penicillin", "70618", True)]
