"""The clinical engine: from a text's pages to findings. The deterministic one here needs no network and no model."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from patients.clinical.allergies import allergies
from patients.clinical.allergy_denials import none_known
from patients.clinical.conditions import conditions
from patients.clinical.findings import Finding, Findings
from patients.clinical.medications import medications
from patients.clinical.observations import observations
from patients.clinical.page import read
from patients.clinical.procedures import procedures
from patients.clinical.tidying import tidied


class ClinicalEngine(Protocol):
    """Reads pages of text; page numbers in its findings count from 1. Never fails on any text."""

    def extract(self, pages: Sequence[str], *, locale: str) -> Findings: ...


class DeterministicEngine:
    """Rules over our own vocabulary: the same text always gives the same findings."""

    def extract(self, pages: Sequence[str], *, locale: str) -> Findings:
        found = [finding for number, text in enumerate(pages, 1) for finding in on_page(text, number, locale)]
        return Findings(tidied(found))


def on_page(text: str, number: int, locale: str) -> Iterator[Finding]:
    page = read(text, number, locale=locale)
    for kind in (conditions, medications, none_known, allergies, observations, procedures):
        yield from kind(page)
