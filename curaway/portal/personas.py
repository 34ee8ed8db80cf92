"""The invented people that a developer may sign in as: with DEBUG on and without Clerk."""

from __future__ import annotations

from django.conf import settings
from ninja import Schema
from pydantic import Field

from patients.demo import PATIENTS, SHARED, DemoPatient


class Persona(Schema):
    """Somebody to sign in as."""

    patient_id: str
    name: str
    locale: str
    country: str
    about: str = Field(description="What this person is there to show.")


def can_be_chosen() -> bool:
    """Whether tokens of this machine's own key are trusted."""
    environment = settings.ENVIRONMENT
    return bool(environment.DEBUG) and not environment.clerk_configured


def chosen(patient_id: str) -> DemoPatient | None:
    """The invented patient of this id; None when there is none of it to choose."""
    return next((patient for patient in _patients() if patient.id == patient_id), None)


def personas() -> list[Persona]:
    """Everybody there is to choose from."""
    return [_persona(patient) for patient in _patients()] if can_be_chosen() else []


def _patients() -> list[DemoPatient]:
    return [patient for patient in PATIENTS if patient.tenant_id == SHARED]


def _persona(patient: DemoPatient) -> Persona:
    details = patient.details
    return Persona(
        patient_id=patient.id,
        name=f"{details['first_name']} {details['last_name']}",
        locale=details["locale"],
        country=details["country"],
        about="Quarantined: nothing opens" if patient.quarantined else details.get("procedure_interest", ""),
    )
