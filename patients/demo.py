"""The invented people of the demo: who they are, and what they have told."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

SHARED = "tenant-curaway-patients"
APOLLO = "tenant-apollo-001"
POLICY_VERSION = "2026-01"


class DemoTenant(NamedTuple):
    id: str
    name: str
    organization: str
    open_to_patients: bool


TENANTS = (
    DemoTenant(SHARED, "Curaway patients", "org_tenant_curaway_patients", open_to_patients=True),
    DemoTenant(APOLLO, "Apollo Hospital", "org_tenant_apollo_001", open_to_patients=False),
)


class DemoPatient(NamedTuple):
    """`consented`: the required purposes are granted."""

    id: str
    tenant_id: str
    details: dict[str, Any]
    consented: bool = True
    quarantined: bool = False

    @property
    def subject(self) -> str:
        """The user that signs in as this patient."""
        return "user_" + self.id.replace("-", "_")


PATIENTS = (
    DemoPatient(
        "demo-patient-maria-001",
        SHARED,
        {
            "first_name": "Maria",
            "last_name": "Gonzalez",
            "email": "maria.gonzalez@example.com",
            "phone": "+1 305 555 0142",
            "date_of_birth": date(1961, 4, 12),
            "sex": "female",
            "country": "US",
            "locale": "es",
            "procedure_interest": "Total knee replacement, right",
        },
    ),
    DemoPatient(
        "demo-patient-omar-001",
        SHARED,
        {
            "first_name": "Omar",
            "last_name": "Al Mansoori",
            "email": "omar.almansoori@example.com",
            "date_of_birth": date(1958, 11, 3),
            "sex": "male",
            "country": "AE",
            "locale": "ar",
            "procedure_interest": "Coronary artery bypass",
        },
    ),
    DemoPatient(
        "demo-patient-grace-001",
        SHARED,
        {
            "first_name": "Grace",
            "last_name": "Whitfield",
            "email": "grace.whitfield@example.com",
            "date_of_birth": date(1966, 8, 27),
            "sex": "female",
            "country": "GB",
            "locale": "en",
            "procedure_interest": "Hip replacement",
        },
    ),
    DemoPatient(
        "demo-patient-aisha-001",
        SHARED,
        {"first_name": "Aisha", "last_name": "Rahman", "country": "AE", "locale": "en"},
        consented=False,
        quarantined=True,
    ),
    DemoPatient(
        "demo-patient-ravi-001",
        APOLLO,
        {"first_name": "Ravi", "last_name": "Menon", "country": "IN", "locale": "en"},
        consented=False,
    ),
)
