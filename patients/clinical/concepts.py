"""Codes as FHIR's CodeableConcept."""

from typing import Any

from patients.clinical.findings import Finding

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
Resource = dict[str, Any]


def concept(finding: Finding) -> Resource:
    """The code with the text's own words."""
    coding = finding.coding
    coded = {"system": coding.system, "code": coding.code, "display": coding.display} if coding else None
    return {**({"coding": [coded]} if coded else {}), "text": " ".join(finding.text.split())}


def status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{TERMINOLOGY}/{system}", "code": code}]}
