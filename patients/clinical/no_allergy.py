"""That no allergy is known: a statement of its own in the record, unlike silence.

SNOMED CT's concepts are those FHIR R4 names for it (http://hl7.org/fhir/R4/allergyintolerance.html); both are in
SNOMED's free Global Patient Set.
"""

from patients.clinical.findings import RXNORM, SNOMED, Coding

NO_KNOWN_ALLERGY = "716186003"
NO_KNOWN_DRUG_ALLERGY = "409137002"
TO_DRUGS = ("Z88.", "Z91.041")
"""ICD-10-CM's codes for allergies to drugs, and to the contrast media of radiology."""


def is_none_known(coding: Coding | None) -> bool:
    return coding is not None and coding.system == SNOMED and coding.code in (NO_KNOWN_ALLERGY, NO_KNOWN_DRUG_ALLERGY)


def denies(denial: Coding, allergy: Coding | None) -> bool:
    """Whether that none is known (`denial`) cannot be true beside this allergy; of one without a code, it can't."""
    if is_none_known(allergy):
        return False
    return denial.code == NO_KNOWN_ALLERGY or allergy is None or is_to_a_medicine(allergy)


def is_to_a_medicine(allergy: Coding) -> bool:
    return allergy.system == RXNORM or allergy.code.startswith(TO_DRUGS)
