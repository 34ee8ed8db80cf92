"""Open streams of an erased patient end at once, in every process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
