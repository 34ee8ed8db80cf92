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
    witness.document_id = "doc_1"
    return witness


def noted(witness, *frames):
    for frame in frames:
        witness.note(frame)
    return witness.problem()


def test_a_document_that_was_read_over_two_connections_is_no_problem(witness):
    assert noted(witness, connected(4), told(5, "uploaded"), connected(5), told(6, "parsed")) == ""
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
        "The stream ended (revoked) before the document was read."
    )


def test_a_document_that_failed_is_told_with_its_reason(witness):
    problem = noted(witness, connected(4), told(5, "failed", reason="It is damaged."))
    assert problem == "The document could not be read: It is damaged."
