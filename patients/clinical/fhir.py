"""Findings as FHIR R4 resources, each checked against its R4 structure and its bound codes before anyone sees it."""

from collections.abc import Callable, Mapping
from typing import Any

from fhir.resources.R4B.allergyintolerance import AllergyIntolerance
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.medicationstatement import MedicationStatement
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.procedure import Procedure

from patients.clinical import bindings
from patients.clinical.concepts import Resource, concept, status
from patients.clinical.dosage import dosage
from patients.clinical.findings import RXNORM, Assertion, Coding, Finding, Findings, Kind
from patients.clinical.no_allergy import is_none_known
from patients.clinical.observation_resource import observation
from patients.clinical.vocabulary import vocabulary

SURE = 0.8
"""From this confidence on, what a text states is taken as confirmed by it."""

MODELS: Mapping[str, Any] = {
    "Condition": Condition,
    "MedicationStatement": MedicationStatement,
    "AllergyIntolerance": AllergyIntolerance,
    "Observation": Observation,
    "Procedure": Procedure,
}
MEDICATION_STATUS = {Assertion.STOPPED: "stopped", Assertion.PLANNED: "intended", Assertion.HISTORICAL: "completed"}
PROCEDURE_STATUS = {"planned": "preparation", "done": "completed"}


def resources(
    findings: Findings, *, patient_id: str, document_id: str | None, locale: str, new_id: Callable[[Finding], str]
) -> list[Resource]:
    """One resource per asserted finding, in their order; `new_id` gives each its id.

    Negated, uncertain and relatives' findings become none. A resource that R4 or a binding would refuse raises
    `pydantic.ValidationError` or `bindings.UnboundCode`: a fault of ours, not of the text's.
    """
    made = []
    for finding in findings.asserted():
        body = BY_KIND[finding.kind](finding, f"Patient/{patient_id}")
        source = f"DocumentReference/{document_id}" if document_id else None
        made.append(checked({**body, **SOURCES[finding.kind](source), "id": new_id(finding), "language": locale}))
    return made


def checked(body: Resource) -> Resource:
    bindings.check(body)
    kind = body["resourceType"]
    MODELS[kind].model_validate({name: value for name, value in body.items() if name != "resourceType"})
    return body


def condition(finding: Finding, patient: str) -> Resource:
    told = finding.details
    body: Resource = {
        "resourceType": "Condition",
        "clinicalStatus": status("condition-clinical", clinical(finding)),
        "verificationStatus": status(
            "condition-ver-status", "confirmed" if finding.confidence >= SURE else "provisional"
        ),
        "category": [status("condition-category", "problem-list-item")],
        "code": concept(finding),
        "subject": {"reference": patient},
    }
    if "severity" in told:
        body["severity"] = {"text": told["severity"]}
    if "laterality" in told:
        body["bodySite"] = [{"text": told["laterality"]}]
    if "stage" in told:
        body["stage"] = [{"summary": {"text": told["stage"]}}]
    return body


def clinical(finding: Finding) -> str:
    return "resolved" if finding.assertion is Assertion.HISTORICAL else "active"


def medication_statement(finding: Finding, patient: str) -> Resource:
    body: Resource = {
        "resourceType": "MedicationStatement",
        "status": MEDICATION_STATUS.get(finding.assertion, "active"),
        "medicationCodeableConcept": concept(finding),
        "subject": {"reference": patient},
    }
    if taking := dosage(finding.details):
        body["dosage"] = [taking]
    return body


def allergy_intolerance(finding: Finding, patient: str) -> Resource:
    told = finding.details
    body: Resource = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": status("allergyintolerance-clinical", "active"),
        "verificationStatus": status("allergyintolerance-verification", verified(finding)),
        "code": concept(finding),
        "patient": {"reference": patient},
    }
    if is_none_known(finding.coding):
        return body  # US Core: the code says it all, and there is no reaction to what there is none of
    body["category"] = [category(finding.coding)]
    if "reaction" in told:
        severity = {"severity": told["severity"]} if "severity" in told else {}
        body["reaction"] = [{"manifestation": [{"text": told["reaction"]}], **severity}]
    if told.get("severity") == "severe":
        body["criticality"] = "high"
    return body


def verified(finding: Finding) -> str:
    return "confirmed" if finding.confidence >= SURE else "unconfirmed"


def category(coding: Coding | None) -> str:
    if coding is None or coding.system == RXNORM:
        return "medication"
    return str(vocabulary().by_code[coding.code].facts["category"])


def procedure(finding: Finding, patient: str) -> Resource:
    told = finding.details
    body: Resource = {
        "resourceType": "Procedure",
        "status": PROCEDURE_STATUS.get(told.get("status", ""), "unknown"),
        "code": concept(finding),
        "subject": {"reference": patient},
    }
    if "laterality" in told:
        body["bodySite"] = [{"text": told["laterality"]}]
    if "date" in told:
        body["performedDateTime"] = told["date"]
    return body


BY_KIND: Mapping[Kind, Callable[[Finding, str], Resource]] = {
    Kind.CONDITION: condition,
    Kind.MEDICATION: medication_statement,
    Kind.ALLERGY: allergy_intolerance,
    Kind.OBSERVATION: observation,
    Kind.PROCEDURE: procedure,
}
SOURCES: Mapping[Kind, Callable[[str | None], Resource]] = {
    Kind.CONDITION: lambda source: {"evidence": [{"detail": [{"reference": source}]}]} if source else {},
    Kind.MEDICATION: lambda source: {"derivedFrom": [{"reference": source}]} if source else {},
    Kind.ALLERGY: lambda source: {},
    Kind.OBSERVATION: lambda source: {"derivedFrom": [{"reference": source}]} if source else {},
    Kind.PROCEDURE: lambda source: {"report": [{"reference": source}]} if source else {},
}
"""Where R4 gives each kind room to name the document it was read in."""
