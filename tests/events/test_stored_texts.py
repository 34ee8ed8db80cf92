"""Hard texts all the way: recorded in Postgres, streamed by the server, read by a client."""

from __future__ import annotations

from tests.events.test_frames import HARD_TEXTS
from tests.facts import record


def test_every_text_comes_back_as_it_was_recorded(people, stream):
    patient = people.patient()
    client = stream(patient)
    client.connected()
    for text in HARD_TEXTS.values():
        record(patient, text)
    heard = [frame.data["payload"]["filename"] for frame in client.take(len(HARD_TEXTS))]
    # jsonb can't hold NUL; it is replaced where the fact is recorded.
    assert heard == [text.replace("\x00", "\ufffd") for text in HARD_TEXTS.values()]
