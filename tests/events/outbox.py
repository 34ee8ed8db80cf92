"""Jobs for tests, and a queue that notes what it is given."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from events.models import Job
from events.registry import JobKind


def new_job(*, document_id: str = "doc_1", **fields: Any) -> Job:
    job = Job.objects.create(
        kind=JobKind.DOCUMENT_PARSE,
        tenant_id="tenant-curaway-patients",
        patient_id=fields.pop("patient_id", None) or f"test-patient-{secrets.token_hex(6)}",
        correlation_id="corr-1",
        body={"document_id": document_id},
        **fields,
    )
    job.refresh_from_db()
    return job


def due_in(job: Job, now: datetime) -> timedelta:
    return job.due_at - now


class Queue:
    """Takes jobs; `fault` is what it answers instead, `seconds` how long it takes."""

    def __init__(self, *, fault: Exception | None = None, seconds: float = 0) -> None:
        self.fault = fault
        self.seconds = seconds
        self.taken: list[dict[str, Any]] = []
        self.most_at_once = self.at_once = 0

    async def publish(self, *, body: Mapping[str, Any], **about: Any) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        if self.fault is not None:
            raise self.fault
        self.taken.append({**about, "body": dict(body)})
        return f"msg_{len(self.taken)}"
