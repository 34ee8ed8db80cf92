"""What the intake asks about, and when the record knows it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from patients.intake import PREFERENCE_KEYS

Summary = Mapping[str, Any]


class Topic(StrEnum):
    """In the order of asking: what somebody needs, their records, their health, who they are, their wishes; money
    last."""

    PROCEDURE = "procedure"
    DOCUMENTS = "documents"
    CONDITIONS = "conditions"
    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    SURGERIES = "surgeries"
    DATE_OF_BIRTH = "date_of_birth"
    SEX = "sex"
    COUNTRY = "country"
    DESTINATION = "destination"
    TIMEFRAME = "timeframe"
    COMPANION = "companion"
    BUDGET = "budget"


ASKING = "answer:"
SKIPPING = "skip:"
"""A suggested action with one of these and a topic's name says that the topic was asked about; who takes it sends
its label as a message."""

CATEGORIES: Mapping[str, tuple[Topic, ...]] = {
    "demographics": (Topic.DATE_OF_BIRTH, Topic.SEX, Topic.COUNTRY),
    "medical_history": (Topic.CONDITIONS, Topic.MEDICATIONS, Topic.ALLERGIES),
    "procedure_specific": (Topic.PROCEDURE, Topic.SURGERIES),
    "preferences": (Topic.DESTINATION, Topic.TIMEFRAME, Topic.COMPANION, Topic.BUDGET),
    "documents": (Topic.DOCUMENTS,),
}
"""Category of the intake → its topics. Consents are given elsewhere."""

STILL_TO_COME = frozenset({"planned", "preparation"})
"""Statuses of procedures that somebody has not had yet."""

READ_FROM_DOCUMENTS = frozenset({Topic.CONDITIONS, Topic.MEDICATIONS, Topic.ALLERGIES, Topic.SURGERIES})
"""Asked later while a document is being read: it may know."""

DENIED = frozenset({Topic.DOCUMENTS, Topic.CONDITIONS, Topic.MEDICATIONS, Topic.ALLERGIES, Topic.SURGERIES})
"""A plain "no" is an answer: there is nothing to tell."""


def known(summary: Summary) -> frozenset[Topic]:
    """What the record says already."""
    return frozenset(topic for topic, tells in KNOWS.items() if tells(summary))


def gaps(summary: Summary) -> dict[str, list[Topic]]:
    """Per category of the intake, what is not known, in the order of asking."""
    found = known(summary)
    return {name: [topic for topic in topics if topic not in found] for name, topics in CATEGORIES.items()}


def documents_processing(summary: Summary) -> int:
    """How many documents are being read or analyzed."""
    return sum(entry.get("kind") == "document" for entry in summary.get("processing", ()))


def _has(name: str) -> Callable[[Summary], bool]:
    return lambda summary: bool(summary.get(name))


def _tells(name: str) -> Callable[[Summary], bool]:
    return lambda summary: bool(summary["demographics"].get(name))


def _prefers(name: str) -> Callable[[Summary], bool]:
    return lambda summary: any(entry["key"] == name and entry["value"] for entry in summary["preferences"])


def _was_operated(summary: Summary) -> bool:
    return any(procedure.get("status") not in STILL_TO_COME for procedure in summary["procedures"])


def _has_document(summary: Summary) -> bool:
    return any(document["status"] != "failed" for document in summary["documents"])


KNOWS: Mapping[Topic, Callable[[Summary], bool]] = {
    Topic.PROCEDURE: _tells("procedure_interest"),
    Topic.DOCUMENTS: _has_document,
    Topic.CONDITIONS: _has("conditions"),
    Topic.MEDICATIONS: _has("medications"),
    Topic.ALLERGIES: _has("allergies"),
    Topic.SURGERIES: _was_operated,
    Topic.DATE_OF_BIRTH: _tells("date_of_birth"),
    Topic.SEX: _tells("sex"),
    Topic.COUNTRY: _tells("country"),
    **{Topic(key): _prefers(key) for key in PREFERENCE_KEYS},
}
