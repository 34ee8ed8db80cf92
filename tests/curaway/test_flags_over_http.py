"""The switch operators turn in Flagsmith, seen by clients: no restart, no lost event."""

from __future__ import annotations

import httpx
import pytest

from curaway.flags import SSE_STREAMING
from tests.doubles import FlagsmithDouble
from tests.facts import record

SEEN_WITHIN_SECONDS = 60


@pytest.mark.timeout(120)
def test_streaming_is_switched_off_and_on_while_the_server_runs(people, process_server):
    patient = people.patient()
    with (
        FlagsmithDouble(SSE_STREAMING, enabled=True) as flagsmith,
        process_server(
            FLAGSMITH_ENVIRONMENT_KEY=FlagsmithDouble.key,
            FLAGSMITH_API_URL=flagsmith.api_url,
            # The environment says no: what opens is Flagsmith's doing.
            SSE_STREAMING="off",
        ) as server,
    ):
        running = server.stream(people, patient, follow=True)
        running.connected()
        record(patient)
        assert running.next().position == 1

        flagsmith.enabled = False
        frames, done = running.until_done(seconds=SEEN_WITHIN_SECONDS)
        assert frames == []
        assert (done["reason"], done["reconnect"], done["position"]) == ("disabled", False, 1)
        assert done["retry_ms"] > 0

        refused = server.stream(people, patient).open()
        said = refused.json()["errors"][0]
        assert (refused.status, said["code"], said["reason"]) == (503, "SSE_CONNECTION_001", "disabled")
        assert int(refused.headers["retry-after"]) > 0

        record(patient)
        polled = httpx.get(
            f"{server.url}/api/v1/patients/{patient.id}/events?after={done['position']}",
            headers=people.patient_headers(patient),
        )
        assert [event["position"] for event in polled.json()["data"]["events"]] == [2]


@pytest.mark.timeout(120)
def test_a_server_that_starts_while_flagsmith_is_down_uses_its_own_default(people, process_server):
    patient = people.patient()
    with FlagsmithDouble(SSE_STREAMING, enabled=False) as flagsmith:
        flagsmith.down = True
        key = {"FLAGSMITH_ENVIRONMENT_KEY": FlagsmithDouble.key, "FLAGSMITH_API_URL": flagsmith.api_url}
        with process_server(**key) as server:
            client = server.stream(people, patient)
            assert client.connected()["position"] == 0
            client.close()
