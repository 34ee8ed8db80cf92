"""Invented people for tests: each call makes somebody new."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from curaway.local.issuer import LocalIssuer
from patients.models import REQUIRED_PURPOSES, Consent, Patient

SHARED = "tenant-curaway-patients"


class People:
    """Patients with committed rows, and headers for those who ask about them."""

    def __init__(self, data_dir: Path) -> None:
        self.issuer = LocalIssuer(data_dir)

    def patient(self, *, tenant: str = SHARED, consented: bool = True, **fields: Any) -> Patient:
        name = f"test-patient-{secrets.token_hex(6)}"
        patient = Patient.objects.create(
            id=name, tenant_id=tenant, subject=f"user_{name}", first_name="Test", last_name="Person", **fields
        )
        if consented:
            for purpose in REQUIRED_PURPOSES:
                Consent.objects.create(
                    patient=patient, tenant_id=tenant, purpose=purpose, granted=True, policy_version="1"
                )
        return patient

    def patient_headers(self, patient: Patient) -> dict[str, str]:
        return self.headers(self.issuer.token(str(patient.subject)), patient.tenant_id)

    def coordinator_headers(self, tenant: str = SHARED, *, subject: str = "user_coordinator") -> dict[str, str]:
        return self.headers(
            self.issuer.token(subject, organization=f"org_{tenant.replace('-', '_')}", role="coordinator"),
            tenant,
        )

    @staticmethod
    def headers(token: str, tenant: str = SHARED) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "X-Tenant-ID": tenant}
