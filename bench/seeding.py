"""Patients for our own contender, with the record a patient has after one document: `python -m bench.seeding N`.

Run in the server's environment; prints nothing.
"""

from __future__ import annotations

import os
import sys

import django

from bench.contenders.contender import patient_id
from bench.event import TENANT

FINDINGS = (
    ("Condition", "ICD-10-CM", "M17.11", "Unilateral primary osteoarthritis, right knee", {"status": "active"}),
    ("Condition", "ICD-10-CM", "I10", "Essential (primary) hypertension", {"status": "active"}),
    ("MedicationStatement", "RxNorm", "6809", "metformin", {"dose_value": 1000, "dose_unit": "mg", "times_per_day": 2}),
    ("AllergyIntolerance", "", "", "penicillin", {"severity": "moderate"}),
)


def seed(count: int) -> None:
    """A tenant with so many patients, each with all consents, a document and four findings."""
    from patients.models import REQUIRED_PURPOSES, Consent, Document, FhirResource, Patient, Tenant

    Tenant.objects.create(id=TENANT, name="Curaway", organization="org_curaway", open_to_patients=True)
    ids = [patient_id(number) for number in range(count)]
    Patient.objects.bulk_create(
        [
            Patient(id=pk, tenant_id=TENANT, subject=f"user_{pk}", first_name="Test", last_name="Person", country="US")
            for pk in ids
        ]
    )
    Consent.objects.bulk_create(
        [
            Consent(patient_id=pk, tenant_id=TENANT, purpose=purpose, granted=True, policy_version="1")
            for pk in ids
            for purpose in REQUIRED_PURPOSES
        ]
    )
    Document.objects.bulk_create(
        [
            Document(
                id=f"doc_{pk}",
                patient_id=pk,
                tenant_id=TENANT,
                filename="knee-report.pdf",
                content_type="application/pdf",
                size=190_000,
                status="analyzed",
                pages=[{"text": "", "confidence": 0.99, "method": "ocr"}],
                method="ocr",
                characters=1434,
            )
            for pk in ids
        ]
    )
    FhirResource.objects.bulk_create(
        [
            FhirResource(
                id=f"fhir-{pk}-{place}",
                patient_id=pk,
                tenant_id=TENANT,
                resource_type=resource_type,
                code_system=system,
                code=code,
                display=display,
                details=details,
                body={"resourceType": resource_type},
                source="document",
                source_id=f"doc_{pk}",
                place=place,
                confidence=0.95,
                fingerprint=f"{place}",
            )
            for pk in ids
            for place, (resource_type, system, code, display, details) in enumerate(FINDINGS)
        ]
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
    django.setup()
    seed(int(sys.argv[1]))
