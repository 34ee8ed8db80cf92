"""What a callback was answered, and all that it could have had an effect on."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

from events.models import Event, Job
from patients.models import Document, FhirResource, Notification


def said(answer: httpx.Response) -> tuple[int, str]:
    errors = answer.json()["errors"]
    return answer.status_code, errors[0]["code"] if errors else answer.json()["data"]["status"]


def left() -> dict[str, Any]:
    """All that a callback could have had an effect on, of everybody."""
    facts = Event.objects.exclude(patient_id=None)
    return {
        "facts": Counter(facts.values_list("event_type", flat=True)),
        "jobs": Counter(Job.objects.values_list("kind", "status", "deliveries")),
        "documents": Counter(Document.objects.values_list("status", "claim")),
        "resources": FhirResource.objects.count(),
        "mails": Counter(Notification.objects.values_list("status", flat=True)),
    }
