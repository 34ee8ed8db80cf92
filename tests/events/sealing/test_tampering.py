"""The log in the database, tampered with: every act is found, and the row is named."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import emit_event
from events.models import Event, PatientKey, StreamHead
from events.sealing.chain import CANONICAL
from events.sealing.keys import binding_of
from events.sealing.master import KEY_BYTES, master_keys
from events.sealing.signing import sign_all
from tests.events.sealing.tampering import tampering
from tests.facts import record
from tests.people import SHARED, People

LENGTH = 6

REHASH = f"""
UPDATE events AS row SET hash = pg_catalog.sha256(coalesce((
    SELECT before.hash FROM events AS before WHERE before.patient_id = row.patient_id AND before.link = row.link - 1
), '') || {CANONICAL.format(row="row")}) WHERE row.patient_id = %(patient)s AND row.link = %(link)s
"""  # noqa: S608 - our own text
"""Make a row's hash anew, as it should be behind the row before it."""


@pytest.fixture
def patient(people: People) -> Any:
    """Somebody with six facts, streamed ones and others."""
    somebody = people.patient()
    for number in range(LENGTH):
        if number % 3 == 2:
            emit_event("patient_updated", SHARED, somebody.id, {"changed": ["phone"]}, "user_1", "c")
        else:
            record(somebody)
    return somebody


def test_the_chain_of_what_was_recorded_holds(patient: Any) -> None:
    with tampering(patient) as hands:
        assert hands.found() == []
    rows = Event.objects.filter(patient_id=patient.id).order_by("link").values_list("link", "position")
    assert list(rows) == [(1, 1), (2, 2), (3, None), (4, 3), (5, 4), (6, None)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"document_id": "doc_other"}'),
        ("actor_id", "somebody"),
        ("event_type", "document_failed"),
        ("correlation_id", "another"),
        ("locale", "xx"),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("position", "77"),
        ("hash", "\\x00"),
    ],
)
def test_a_row_with_any_column_changed_is_named(patient: Any, column: str, value: str) -> None:
    with tampering(patient) as hands:
        changed = f"UPDATE events SET {column} = %(value)s WHERE patient_id = %(patient)s AND link = 3"  # noqa: S608
        hands.run(changed, value=value)
        found = hands.found()
    event = Event.objects.get(patient_id=patient.id, link=3)
    assert (str(found[0].kind), found[0].first, found[0].event_ids) == ("changed", 3, (str(event.pk),))


def test_a_removed_row_is_named_by_its_link(patient: Any) -> None:
    with tampering(patient) as hands:
        hands.run("DELETE FROM events WHERE patient_id = %(patient)s AND link IN (2, 3)")
        assert hands.says() == [("removed", 2, 3)]


def test_a_row_changed_behind_a_removed_one_is_not_passed_over(patient: Any) -> None:
    fourth = Event.objects.get(patient_id=patient.id, link=4)
    with tampering(patient) as hands:
        hands.run("UPDATE events SET actor_id = 'forged' WHERE patient_id = %(patient)s AND link = 4")
        hands.run("DELETE FROM events WHERE patient_id = %(patient)s AND link = 3")
        (found,) = hands.found()
        assert (str(found.kind), found.first, found.last) == ("removed", 3, 3)
        assert f"nothing tells whether {fourth.pk} at link 4 was changed" in found.says


def test_a_patient_taken_away_with_their_head_is_missed_by_what_is_left(patient: Any) -> None:
    with tampering(patient) as hands:
        _sign(patient)
        hands.run("DELETE FROM events WHERE patient_id = %(patient)s")
        hands.run("DELETE FROM events_streamhead WHERE patient_id = %(patient)s")
        assert hands.says() == [("head", 0, 0), ("removed", 1, LENGTH)]
        hands.run("DELETE FROM events_checkpoint WHERE patient_id = %(patient)s")
        assert hands.says() == [("head", 0, 0)]
        hands.run("DELETE FROM events_patientkey WHERE patient_id = %(patient)s")
        assert hands.says() == []


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("UPDATE events_patientkey SET wrapped = NULL", "the key was destroyed, and no erasure is recorded"),
        ("DELETE FROM events_patientkey", "the key of the sealed fields is gone, and no erasure is recorded"),
        ("UPDATE events_patientkey SET wrapped = '\\x00'", "no master key of these settings opens the key"),
    ],
)
def test_a_key_that_was_taken_away_by_hand_is_found(patient: Any, act: str, says: str) -> None:
    with tampering(patient) as hands:
        hands.run(f"{act} WHERE patient_id = %(patient)s")
        (found,) = hands.found()
    assert (str(found.kind), found.first, found.last, found.says) == ("key", 1, LENGTH, says)


def test_a_key_that_was_made_anew_is_found(patient: Any) -> None:
    anew = master_keys().current.wrap(b"\x07" * KEY_BYTES, binding_of(SHARED, patient.id))
    with tampering(patient) as hands:
        hands.run("UPDATE events_patientkey SET wrapped = %(anew)s WHERE patient_id = %(patient)s", anew=anew)
        (found,) = hands.found()
    assert (str(found.kind), found.says) == ("key", "the key does not open what is sealed at link 1")


def test_rows_removed_from_the_end_are_named(patient: Any) -> None:
    with tampering(patient) as hands:
        hands.run("DELETE FROM events WHERE patient_id = %(patient)s AND link > 4")
        assert hands.says() == [("removed", 5, 6)]


def test_a_chain_without_any_row_left_is_named(patient: Any) -> None:
    with tampering(patient) as hands:
        hands.run("DELETE FROM events WHERE patient_id = %(patient)s")
        assert hands.says() == [("removed", 1, LENGTH)]


def test_a_row_that_was_written_past_the_trigger_is_named(patient: Any) -> None:
    with tampering(patient) as hands:
        hands.run(
            "INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id) "
            "SELECT 'patient_updated', tenant_id, patient_id, '{}', 'forged' FROM events "
            "WHERE patient_id = %(patient)s AND link = 1"
        )
        (found,) = hands.found()
        assert (str(found.kind), found.first) == ("inserted", 0)


def test_a_row_put_at_anothers_link_with_a_right_hash_is_named(patient: Any) -> None:
    with tampering(patient) as hands:
        hands.run(
            "INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id, link) "
            "SELECT 'patient_updated', tenant_id, patient_id, '{}', 'forged', 4 FROM events "
            "WHERE patient_id = %(patient)s AND link = 1"
        )
        hands.run(REHASH.replace("row.link = %(link)s", "row.correlation_id = 'forged'"))
        forged = Event.objects.get(patient_id=patient.id, correlation_id="forged")
        (found,) = hands.found()
        assert (str(found.kind), found.first, found.event_ids) == ("inserted", 4, (str(forged.pk),))


def test_a_row_moved_to_somebody_else_is_missing_here_and_foreign_there(patient: Any, people: People) -> None:
    other = people.patient()
    for _ in range(4):
        record(other)
    with tampering(patient) as hands, tampering(other) as others:
        moved = "UPDATE events SET patient_id = %(other)s WHERE patient_id = %(patient)s AND link = 3"
        hands.run(moved, other=other.id)
        assert hands.says() == [("removed", 3, 3)]
        assert others.says() == [("inserted", 3, 3)]


def test_a_head_that_was_set_back_or_removed_is_found(patient: Any) -> None:
    with tampering(patient) as hands:
        hands.run("UPDATE events_streamhead SET link = 4 WHERE patient_id = %(patient)s")
        assert ("inserted", 5, 5) in hands.says()
    with tampering(patient) as hands:
        hands.run("DELETE FROM events_streamhead WHERE patient_id = %(patient)s")
        assert hands.says() == [("head", LENGTH, LENGTH)]


def test_a_chain_that_was_made_anew_is_found_by_its_checkpoint_alone(patient: Any) -> None:
    with tampering(patient) as hands:
        _sign(patient)
        hands.run("UPDATE events SET actor_id = 'forged' WHERE patient_id = %(patient)s AND link = 2")
        for link in range(2, LENGTH + 1):
            hands.run(REHASH, link=link)
        hands.run(
            "UPDATE events_streamhead AS head SET hash = (SELECT hash FROM events WHERE patient_id = head.patient_id "
            "ORDER BY link DESC LIMIT 1) WHERE patient_id = %(patient)s"
        )
        assert hands.says() == [("rewritten", LENGTH, LENGTH)]
        hands.run(
            "UPDATE events_checkpoint SET hash = (SELECT hash FROM events WHERE patient_id = %(patient)s "
            "AND link = 6) WHERE patient_id = %(patient)s"
        )
        assert hands.says() == [("forged", LENGTH, LENGTH)]
        hands.run("DELETE FROM events_checkpoint WHERE patient_id = %(patient)s")
        assert hands.says() == []


def test_a_tenants_own_facts_have_a_chain_of_their_own(database: None) -> None:
    tenant = "tenant-of-sealing-tests"
    for member in ("a", "b"):
        emit_event("access_changed", tenant, None, {"change": "member_removed", "member": member}, "user_1", "c")
    assert list(Event.objects.filter(tenant_id=tenant).order_by("link").values_list("link", "position")) == [
        (1, None),
        (2, None),
    ]
    assert StreamHead.objects.get(tenant_id=tenant).patient_id == ""
    assert not PatientKey.objects.filter(tenant_id=tenant).exists()


@given(st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_act_on_any_row_goes_unnoticed(patient: Any, data: st.DataObject) -> None:
    link = data.draw(st.integers(min_value=1, max_value=LENGTH))
    column = data.draw(
        st.sampled_from(["tenant_id", "client_type", "api_version", "source_service", "actor_id", "link"])
    )
    with tampering(patient) as hands:
        if column == "link":
            hands.run("DELETE FROM events WHERE patient_id = %(patient)s AND link = %(link)s", link=link)
        else:
            forged = f"UPDATE events SET {column} = 'forged' WHERE patient_id = %(patient)s AND link = %(link)s"  # noqa: S608
            hands.run(forged, link=link)
        found = hands.found()
    assert found
    assert found[0].first == link


def test_without_owning_the_database_nobody_changes_a_row(patient: Any) -> None:
    for statement in ("UPDATE events SET locale = 'xx'", "DELETE FROM events"):
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as sql:
            sql.execute(f"{statement} WHERE patient_id = %s", [patient.id])


def _sign(patient: Any) -> None:
    sign_all()
    with connection.cursor() as sql:
        sql.execute("SELECT count(*) FROM events_checkpoint WHERE patient_id = %s AND link = 6", [patient.id])
        assert sql.fetchone() == (1,)
