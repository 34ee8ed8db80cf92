"""What the hostile tests share; at the end of a run of `tests/hostile` it is said how much was tried."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from events.models import Job
from tests.hostile.counted import HOSTILE, Counted, lines_of
from tests.people import People
from tests.webhooks.conftest import callbacks, reader  # noqa: F401  (fixtures)
from tests.webhooks.documents import job_of, upload
from tests.webhooks.notifications import registered


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Notes figures of a part for the run's summary."""

    def noted(part: str, **figures: Any) -> None:
        record_property(HOSTILE, (part, figures))

    return noted


@pytest.fixture
def known(people: People) -> list[str]:
    """Ids that exist: of a patient, a document that waits to be read, its job and message, a notification."""
    patient = people.patient(email="ana@example.com")
    document = upload(patient)
    jobs = [job_of(document), registered(patient)]
    for job in jobs:
        Job.objects.filter(pk=job.pk).update(status="published", message_id=f"msg_{secrets.token_hex(8)}")
    messages_of = Job.objects.filter(patient_id=patient.id).values_list("message_id", flat=True)
    return [patient.id, document.id, *(str(job.id) for job in jobs), jobs[1].body["notification_id"], *messages_of]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = lines_of(terminalreporter.stats.get("passed", []))
    if lines:
        terminalreporter.section("hostile input")
        for line in sorted(lines):
            terminalreporter.write_line(line)
