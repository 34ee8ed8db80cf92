"""What is sent and answered about patients and their consents.

Readers are tolerant: fields that are not known are ignored, so that a newer client can talk to an older server.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field, StrictBool, field_validator

from patients.fields import (
    BirthDate,
    Country,
    Email,
    Locale,
    Name,
    PatientId,
    Phone,
    PolicyVersion,
    Preferences,
    SexCode,
    ShortText,
)
from patients.models import REQUIRED_PURPOSES, Consent, Patient

PurposeName = Literal[
    "clinical_data_processing",
    "cross_border_transfer",
    "provider_sharing",
    "analytics",
    "sms_transactional",
    "sms_marketing",
]
EMPTY: dict[str, Any] = {"date_of_birth": None, "locale": "en", "preferences": {}}
"""How a field that is not told is stored, where that isn't the empty string."""


def _or_empty(schema: dict[str, Any]) -> None:
    schema["anyOf"].append({"const": ""})


OR_EMPTY: Any = Field(None, json_schema_extra=_or_empty)
"""Not told; the description says that it may be told as the empty string as well."""


class Told(Schema):
    """What a patient may tell about themself; null and the empty string both mean: not told."""

    email: Email | None = OR_EMPTY
    phone: Phone | None = OR_EMPTY
    date_of_birth: BirthDate | None = OR_EMPTY
    sex: SexCode | None = OR_EMPTY
    country: Country | None = OR_EMPTY
    locale: Locale | None = OR_EMPTY
    procedure_interest: ShortText | None = None
    preferences: Preferences | None = None

    @field_validator("email", "phone", "date_of_birth", "sex", "country", "locale", mode="before")
    @classmethod
    def _empty_is_not_told(cls, value: Any) -> Any:
        return None if value == "" else value

    def fields(self) -> dict[str, Any]:
        """The fields that were given, as `Patient` stores them."""
        given = self.model_dump(exclude_unset=True)
        return {name: EMPTY.get(name, "") if value is None else value for name, value in given.items()}


class Registration(Told):
    """A person to be registered as a patient."""

    first_name: Name
    last_name: Name


class PatientChange(Told):
    """The fields to change; those left out stay as they are, null clears an optional one."""

    first_name: Name = Field(default="")
    last_name: Name = Field(default="")


class PatientRecord(Schema):
    """A patient as their carers and they themself see them."""

    id: str
    tenant_id: str
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    date_of_birth: date | None
    sex: str | None
    country: str | None
    locale: str
    procedure_interest: str | None
    preferences: dict[str, Any]
    intake_progress: float
    created_at: datetime

    @classmethod
    def of(cls, patient: Patient) -> PatientRecord:
        fields = {name: getattr(patient, name) for name in cls.model_fields}
        # What was not told is stored as the empty string, and answered as null.
        return cls.model_validate({name: None if value == "" else value for name, value in fields.items()})


class ConsentDecision(Schema):
    """One purpose allowed or withdrawn, under the version of the policy that was shown."""

    patient_id: PatientId
    purpose: PurposeName
    # A record that is kept for ever is not made of a type that happens to fit.
    granted: StrictBool
    policy_version: PolicyVersion


class ConsentRecord(Schema):
    """A decision as it was kept; it is never changed."""

    id: str
    patient_id: str
    purpose: PurposeName
    granted: bool
    policy_version: str
    created_at: datetime

    @classmethod
    def of(cls, consent: Consent) -> ConsentRecord:
        fields = {name: getattr(consent, name) for name in cls.model_fields}
        return cls.model_validate({**fields, "id": str(consent.id)})


class ConsentState(Schema):
    """What holds for a purpose now; version and time are null when it was never decided on."""

    purpose: PurposeName
    granted: bool
    required: bool
    policy_version: str | None
    updated_at: datetime | None

    @classmethod
    def of(cls, purpose: str, decision: Consent | None, *, now: datetime) -> ConsentState:
        return cls(
            purpose=purpose,  # type: ignore[arg-type]
            granted=decision is not None and decision.holds_at(now),
            required=purpose in REQUIRED_PURPOSES,
            policy_version=decision.policy_version if decision else None,
            updated_at=decision.created_at if decision else None,
        )


class SummaryAt(Schema):
    """The record's summary and the stream position it was read at, from one snapshot; `epoch` is the life of the log
    that the position belongs to."""

    position: int
    epoch: str | None = None
    summary: dict[str, Any]
