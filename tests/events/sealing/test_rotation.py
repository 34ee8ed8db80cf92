"""Changing the master key."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

from events.models import Checkpoint, Event, PatientKey
from events.sealing import keys
from events.sealing.keys import binding_of
from events.sealing.master import MasterKeys
from events.sealing.rotation import left, rotate
from events.sealing.signing import sign_all
from tests.facts import record
from tests.people import SHARED, People

NEW = os.urandom(32)


def opens(given: MasterKeys, patient: Any) -> bool:
    wrapped = bytes(PatientKey.objects.get(patient_id=patient.id).wrapped)
    return bool(given.unwrap(wrapped, binding_of(SHARED, patient.id)))


def test_everything_depends_on_the_new_key_afterwards_and_the_log_was_not_touched(people: People) -> None:
    ours = settings.ENVIRONMENT.phi_master_keys
    patients = [people.patient() for _ in range(3)]
    events = [record(patient, "knee.pdf") for patient in patients]
    sign_all()
    before = list(Event.objects.order_by("pk").values_list("pk", "hash"))
    both = MasterKeys([NEW, *ours])
    batches = list(rotate(both))
    try:
        # What other tests sealed with keys of their own stays with those.
        assert left(both) == sum(batch.unusable for batch in batches)
        assert all(opens(MasterKeys([NEW]), patient) for patient in patients)
        signed = Checkpoint.objects.filter(patient_id__in=[patient.id for patient in patients])
        assert {bytes(one.signed_by) for one in signed} == {both.current.name}
        assert list(Event.objects.order_by("pk").values_list("pk", "hash")) == before
        assert sum(batch.done for batch in rotate(both)) == 0
    finally:
        # The other tests' master key is the old one.
        list(rotate(MasterKeys([*ours, NEW])))
    keys.forget(SHARED, patients[0].id)
    assert Event.objects.get(pk=events[0].pk).payload["filename"] == "knee.pdf"


def test_what_no_given_key_opens_is_left_and_counted(people: People) -> None:
    patient = people.patient()
    record(patient)
    strangers = MasterKeys([os.urandom(32)])
    batches = list(rotate(strangers))
    assert sum(batch.done for batch in batches) == 0
    assert sum(batch.unusable for batch in batches) == left(strangers) > 0
    assert opens(MasterKeys(settings.ENVIRONMENT.phi_master_keys), patient)
