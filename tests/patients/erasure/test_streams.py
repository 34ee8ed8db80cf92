"""Open streams of an erased patient end at once, in every process; no process keeps their key opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from curaway.identity import Role
from events import access_changes, wakeup
from events.frames import Done
from events.hub import Hub
from events.log import StreamKey
from events.rounds import Rounds
from events.sealing import keys
from events.stream_settings import StreamSettings
from events.viewers import Viewer
from patients import live
from patients.models import Patient
from tests.facts import record
from tests.patients.erasure.somebody import erased
from tests.people import People
from tests.servers import ProcessServer


def test_streams_here_and_in_another_process_end_revoked(
    stream: Callable[..., Any], process_server: Callable[..., ProcessServer], people: People
) -> None:
    patient = people.patient()
    record(patient)
    # The round alone would be too late: the ring has to do it.
    with process_server(SSE_POLL_SECONDS="30", SSE_ACCESS_SECONDS="30") as other:
        listening = [stream(patient, follow=True), other.stream(people, patient, follow=True)]
        for one in listening:
            one.connected()
        erased(Patient.objects.get(pk=patient.pk))
        for one in listening:
            _, done = one.until_done(5)
            assert (done["reason"], done["reconnect"]) == ("revoked", False)
        listening[1].close()


class Listener:
    """Somebody in a room, who is told when it ends."""

    def __init__(self, patient: Any) -> None:
        self.viewer = Viewer(StreamKey(patient.tenant_id, patient.id), str(patient.subject), Role.PATIENT)
        self.done: Done | None = None

    def wake(self) -> None:
        pass

    def end(self, done: Done) -> None:
        self.done = done


@pytest.mark.parametrize(
    ("listens", "looked_back"),
    [
        pytest.param(False, access_changes.LOOKED_BACK_SECONDS, id="the log says so"),
        pytest.param(True, -1.0, id="the log can't be asked for long, and somebody listens"),
    ],
)
def test_a_process_that_heard_no_bell_lets_go_of_the_opened_key(
    people: People, monkeypatch: pytest.MonkeyPatch, listens: bool, looked_back: float
) -> None:
    patient = people.patient()
    record(patient)
    whose = (patient.tenant_id, patient.id)
    hub, listener = Hub(StreamSettings()), Listener(patient)
    if listens:
        hub.join(listener, listener.viewer.key, head=1)
    with monkeypatch.context() as elsewhere:
        # As if another process had erased them, and nobody rang.
        elsewhere.setattr(keys, "forget", lambda *_: None)
        elsewhere.setattr(wakeup, "ring", lambda _: None)
        erased(Patient.objects.get(pk=patient.pk))
    assert whose in keys._known
    monkeypatch.setattr(access_changes, "LOOKED_BACK_SECONDS", looked_back)
    asyncio.run(Rounds(live, streaming=lambda: True).once(hub))
    assert whose not in keys._known
    assert (listener.done is not None) == listens
