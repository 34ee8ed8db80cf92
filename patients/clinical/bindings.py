"""The coded values FHIR R4 binds as required, which `fhir.resources` does not check.

From http://hl7.org/fhir/R4/ (CC0): each value set's codes; interpretation and category too, where we write only these.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from patients.clinical.findings import SNOMED

CLINICAL = {"active", "recurrence", "relapse", "inactive", "remission", "resolved"}
VERIFICATION = {"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
MEDICATION_STATUSES = {
    "active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken",
}  # fmt: skip
PROCEDURE_STATUSES = {
    "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown",
}  # fmt: skip
REACTION = {"mild", "moderate", "severe"}
ALLERGY_CATEGORIES = {"food", "medication", "environment", "biologic"}
OBSERVATION_STATUSES = {
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
}  # fmt: skip
OBSERVATION_CATEGORIES = {
    "social-history", "vital-signs", "imaging", "laboratory", "procedure", "survey", "exam", "therapy", "activity",
}  # fmt: skip

BINDINGS: Mapping[str, Mapping[str, set[str]]] = {
    "Condition": {
        "clinicalStatus.coding.code": CLINICAL,
        "verificationStatus.coding.code": VERIFICATION,
        "category.coding.code": {"problem-list-item", "encounter-diagnosis"},
    },
    "MedicationStatement": {
        "status": MEDICATION_STATUSES,
        "dosage.timing.repeat.periodUnit": {"s", "min", "h", "d", "wk", "mo", "a"},
    },
    "AllergyIntolerance": {
        "clinicalStatus.coding.code": {"active", "inactive", "resolved"},
        "verificationStatus.coding.code": {"unconfirmed", "confirmed", "refuted", "entered-in-error"},
        "category": ALLERGY_CATEGORIES,
        "criticality": {"low", "high", "unable-to-assess"},
        "reaction.severity": REACTION,
    },
    "Observation": {
        "status": OBSERVATION_STATUSES,
        "category.coding.code": OBSERVATION_CATEGORIES,
        "interpretation.coding.code": {"H", "L", "N", "HH", "LL", "A", "AA", "POS", "NEG"},
        "valueQuantity.comparator": {"<", "<=", ">=", ">"},
    },
    "Procedure": {
        "status": PROCEDURE_STATUSES,
    },
}

NO_KNOWN_ALLERGY = {"716186003", "409137002"}
"""The only concepts of SNOMED CT that we write: that no allergy, or none to a drug, is known. FHIR R4's
`AllergyIntolerance.code` names them; beside one of them there is no reaction and no criticality."""


class UnboundCode(ValueError):
    """A resource has a code that is not in the value set bound to its element."""


def check(resource: Mapping[str, Any]) -> None:
    """Refuses a resource with such a code, naming the element; the value is not repeated: it may be a patient's."""
    for path, allowed in BINDINGS[resource["resourceType"]].items():
        if not set(values(resource, path.split("."))) <= allowed:
            raise UnboundCode(f"{resource['resourceType']}.{path}")
    if resource["resourceType"] == "AllergyIntolerance":
        check_absence(resource)


def check_absence(resource: Mapping[str, Any]) -> None:
    """Refuses a statement of SNOMED CT's other than that none is known, and one that describes what there is not."""
    codes = {coding["code"] for coding in resource["code"].get("coding", ()) if coding["system"] == SNOMED}
    if not codes <= NO_KNOWN_ALLERGY:
        raise UnboundCode("AllergyIntolerance.code")
    described = {"reaction", "criticality", "category"} & resource.keys()
    if codes and described:
        raise UnboundCode(f"AllergyIntolerance.{min(described)}")


def values(node: Any, path: list[str]) -> Iterator[str]:
    """All values at `path`, through lists."""
    if isinstance(node, list):
        for item in node:
            yield from values(item, path)
    elif path and isinstance(node, Mapping):
        yield from values(node.get(path[0]), path[1:])
    elif node is not None and not path:
        yield str(node)
