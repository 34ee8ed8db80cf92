"""Invented people whose records say enough for a match."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from events.models import Event
from patients.matching import steps
from patients.matching.service import close_match, open_match
from patients.matching.steps import Asked
from patients.models import Match, Patient
from tests.people import SHARED, People

TOLD: dict[str, Any] = {
    "email": "test@example.com",
    "date_of_birth": date(1961, 4, 12),
    "sex": "female",
    "country": "US",
    "procedure_interest": "Total knee replacement, right",
    "preferences": {"budget": "15000 USD", "destination": "India", "timeframe": "3 months", "companion": "none"},
}
"""Makes a completeness of 0.475, just above the gate."""


def told(people: People, **fields: Any) -> Patient:
    return people.patient(**{**TOLD, **fields})


ALL = ["requested", "retrieve", "filter", "score", "explain", "completed"]
"""The stages that a match's events tell."""


def run(patient: Patient, **facts: Any) -> Match:
    """A match as a request makes it, without HTTP."""
    opened = open_match(tenant_id=patient.tenant_id, patient_id=patient.id, **facts)
    return asyncio.run(close_match(opened))


def begun(patient: Patient, *, ago: float = 0, **facts: Any) -> Match:
    """A match as it is left when its process dies: begun, and nobody goes on."""
    now = timezone.now() - timedelta(seconds=ago)
    return steps.begin(Asked(SHARED, patient.id, **facts), confidence=0.5, now=now).match


def facts(patient: Patient) -> list[str]:
    """The patient's match events: the stage, or the type's end."""
    rows = Event.objects.filter(patient_id=patient.id, event_type__startswith="match_").order_by("position")
    return [event.payload["stage"] for event in rows]
