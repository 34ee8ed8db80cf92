"""What the language model is asked to answer, and what of its answer is believed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from patients.clinical.findings import (
    AllergyDetails,
    Assertion,
    Coding,
    ConditionDetails,
    Finding,
    Kind,
    MedicationDetails,
    ObservationDetails,
    ProcedureDetails,
)
from patients.clinical.folding import fold
from patients.clinical.vocabulary import vocabulary

CODED, UNCODED = 0.9, 0.7
"""How sure a finding is that a model made and its page bears out: never the model's own word for it."""

DETAILS: Mapping[Kind, TypeAdapter[Any]] = {
    Kind.CONDITION: TypeAdapter(ConditionDetails),
    Kind.MEDICATION: TypeAdapter(MedicationDetails),
    Kind.ALLERGY: TypeAdapter(AllergyDetails),
    Kind.OBSERVATION: TypeAdapter(ObservationDetails),
    Kind.PROCEDURE: TypeAdapter(ProcedureDetails),
}
NUMBERS = ("value", "dose_value", "low", "high")


class Told(BaseModel):
    """One finding as the model tells it."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    text: str = Field(min_length=1, description="Copied letter for letter from the page.")
    page: int = Field(ge=1, description="Counted from 1.")
    code: str | None = Field(description="A code of the list you were given, or null when none fits.")
    assertion: Assertion
    details: dict[str, Any] = Field(default_factory=dict, description="Only what the text says, under the keys given.")


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    findings: list[Told]


def believed(answer: Answer, pages: Sequence[str]) -> Iterator[Finding]:
    """What the pages bear out: words that stand there, numbers that stand there, codes of our vocabulary.

    Raises `pydantic.ValidationError` when the details are not of their kind's shape.
    """
    known = {(kind, coding.code): coding for kind, coding in vocabulary().codings()}
    for told in answer.findings:
        details = DETAILS[told.kind].validate_python(told.details)
        page = pages[told.page - 1] if told.page <= len(pages) else ""
        coding = coding_of(told, known)
        if told.text in page and numbers_stand_there(details, page) and (coding or told.code is None):
            yield finding(told, coding, page.index(told.text), details)


def coding_of(told: Told, known: Mapping[tuple[Kind, str], Coding]) -> Coding | None:
    """Its code, of its own kind; an allergy may be to a medicine."""
    code = told.code or ""
    medicine = known.get((Kind.MEDICATION, code)) if told.kind is Kind.ALLERGY else None
    return known.get((told.kind, code)) or medicine


def numbers_stand_there(details: Mapping[str, Any], page: str) -> bool:
    folded = fold(page).replace(",", ".")
    numbers = (details[name] for name in NUMBERS if isinstance(details.get(name), int | float))
    return all(f"{number:g}" in folded for number in numbers)


def finding(told: Told, coding: Coding | None, start: int, details: Mapping[str, Any]) -> Finding:
    return Finding(
        kind=told.kind,
        text=told.text,
        coding=coding,
        assertion=told.assertion,
        confidence=CODED if coding else UNCODED,
        page=told.page,
        span=(start, start + len(told.text)),
        details=details,
    )
