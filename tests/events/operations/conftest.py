"""Somebody who looks at the live streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from events import hub
from events.operations import orders
from events.operations.server_process import ServerProcess
from tests.waiting import wait_until


@pytest.fixture
def told(server: Any) -> Callable[..., dict[str, Any]]:
    """What this process tells of a patient's one stream, as soon as it tells."""

    def find(patient: Any) -> dict[str, Any]:
        orders.watch(patient_id=patient.id)

        def streams() -> list[dict[str, Any]]:
            row = ServerProcess.objects.filter(pk=hub.current().process).first()
            return [one for one in (row.streams if row else []) if one["patient_id"] == patient.id]

        (stream,) = wait_until(streams)
        return stream

    return find
