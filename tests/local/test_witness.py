"""The demo says so when an event is missing."""

from __future__ import annotations

import pytest

from curaway.local.event_stream import Frame
from curaway.local.witness import Witness


def connected(position):
    return Frame("connected", str(position), {"position": position})


def told(position, status, **facts):
    payload = {"document_id": "doc_1", "status": status, **facts}
    return Frame("document_update", str(position), {"position": position, "payload": payload})


@pytest.fixture
def witness():
    witness = Witness()
    witness.look_out_for("doc_1")
    witness.journey_ended = True
    return witness


def noted(witness, *frames):
    for frame in frames:
        witness.note(frame)
    return witness.problem()


def test_a_document_that_was_read_over_two_connections_is_no_problem(witness):
    assert noted(witness, connected(4), told(5, "uploaded"), connected(5), told(6, "analyzed")) == ""
    assert (witness.first, witness.last, witness.waits) == (4, 6, False)


def test_a_missing_event_is_named(witness):
    problem = noted(witness, connected(4), told(5, "uploaded"), told(7, "parsed"))
    assert problem == "Positions are not dense: 7 after 5."


def test_a_connection_that_skips_is_named(witness):
    problem = noted(witness, connected(4), told(5, "uploaded"), connected(6), told(7, "parsed"))
    assert problem == "Positions are not dense: resumed at 6 after 5."


def test_a_stream_that_ends_too_early_is_a_problem(witness):
    done = Frame("done", "5", {"position": 5, "reason": "revoked"})
    assert noted(witness, connected(4), told(5, "parsing"), done) == (
        "The stream ended (revoked) before the document was analyzed."
    )


def test_a_journey_that_was_not_finished_is_a_problem(witness):
    witness.journey_ended = False
    assert noted(witness, connected(4), told(5, "analyzed")) == "The stream ended () before the journey did."


def test_a_document_that_ended_before_anybody_looked_is_noticed():
    witness = Witness()
    noted(witness, connected(4), told(5, "analyzed"))
    assert not witness.document_ended.is_set()
    witness.look_out_for("doc_1")
    assert witness.document_ended.is_set()


@pytest.mark.parametrize(("clinical", "waits"), [(True, True), (False, False)])
def test_a_document_is_waited_for_until_it_is_analyzed_if_there_is_anything_to_analyze(witness, clinical, waits):
    problem = noted(witness, connected(4), told(5, "parsed", clinical=clinical))
    assert (witness.waits, bool(problem)) == (waits, waits)


def test_a_document_that_failed_is_told_with_its_reason(witness):
    problem = noted(witness, connected(4), told(5, "failed", reason="It is damaged."))
    assert problem == "The document failed: It is damaged."
