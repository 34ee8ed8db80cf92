"""A measured thing as FHIR's Observation."""

from collections.abc import Mapping
from typing import Any

from patients.clinical.concepts import Resource, concept, status
from patients.clinical.dosage import quantity
from patients.clinical.findings import LOINC, Coding, Finding, Kind
from patients.clinical.vocabulary import vocabulary


def observation(finding: Finding, patient: str) -> Resource:
    told = finding.details
    body: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [status("observation-category", observed_as(finding.coding))],
        "code": concept(finding),
        "subject": {"reference": patient},
        **value(told),
    }
    if "interpretation" in told:
        body["interpretation"] = [status("v3-ObservationInterpretation", told["interpretation"])]
    limits = {bound: quantity(told[bound], told.get("unit")) for bound in ("low", "high") if bound in told}
    if limits:
        body["referenceRange"] = [limits]
    if "effective" in told:
        body["effectiveDateTime"] = told["effective"]
    return body


def observed_as(coding: Coding | None) -> str:
    families = (entry for entry in vocabulary().entries if entry.kind is Kind.OBSERVATION and entry.coding)
    for entry in families:
        codes = {entry.facts["code"], *(code for code, _ in entry.facts.get("units", {}).values())}
        if coding and coding.code in codes:
            return str(entry.facts["category"])
    return "exam"


def value(told: Mapping[str, Any]) -> Resource:
    if "components" in told:
        return {"component": [component(part) for part in told["components"]]}
    if isinstance(told["value"], str):
        return {"valueString": told["value"]}
    comparator = {"comparator": told["comparator"]} if "comparator" in told else {}
    return {"valueQuantity": {**quantity(told["value"], told.get("unit")), **comparator}}


def component(part: Mapping[str, Any]) -> Resource:
    code = {"system": LOINC, "code": part["code"], "display": part["display"]}
    return {"code": {"coding": [code]}, "valueQuantity": quantity(part["value"], part["unit"])}
