"""Conditions on a page: coded by site, side and stage."""

import re
from collections.abc import Iterator

from patients.clinical import anatomy
from patients.clinical.allergies import is_a_reaction
from patients.clinical.anatomy import Place
from patients.clinical.findings import Assertion, Coding, ConditionDetails, Finding, Kind
from patients.clinical.meaning import assertion
from patients.clinical.mentions import Mention
from patients.clinical.page import Page
from patients.clinical.vocabulary import Entry, vocabulary
from patients.clinical.words import Word

SEVERITIES = {
    "mild": "mild", "leve": "mild", "hafif": "mild", "moderate": "moderate", "moderada": "moderate",
    "moderado": "moderate", "orta": "moderate", "severe": "severe", "severa": "severe", "severo": "severe",
    "grave": "severe", "advanced": "severe", "avanzada": "severe", "marked": "severe",
}  # fmt: skip
SEVERITY_REACH = 3
NEAR = 40
STAGE = re.compile(
    r"\W{0,3}(?:\w+\W+)?(?P<stage>(?:stage|grade|estadio|grado|evre|nyha|ccs|nyha class|ccs class|class|clase|g)"
    r"\s*(?P<number>iv|iii|ii|i|[0-5])\s?(?P<letter>[ab])?)(?![\w])"
)
STAGE_BEFORE = re.compile(r"(?P<stage>(?:stage|grade|estadio)\s*(?P<number>iv|iii|ii|i|[0-5])(?P<letter>[ab])?)\s*$")
BARE_STAGE = re.compile(r"\s*\(?(?P<stage>(?P<number>[1-5])(?P<letter>[ab])?)(?![\w/%]|[.,]\d)")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
DOUBT = 0.6
"""What a suspicion is worth of what a statement would be."""


def conditions(page: Page) -> Iterator[Finding]:
    for mention in page.mentions:
        if mention.entry.kind is Kind.CONDITION and not heads_a_section(page, mention):
            finding = condition(page, mention)
            if finding:
                yield finding


def heads_a_section(page: Page, mention: Mention) -> bool:
    """`AF: padre con ictus` announces the family's illnesses, and no fibrillation."""
    section = page.section(mention.start)
    return bool(mention.term.abbreviation) and section.start <= mention.start < section.body


def condition(page: Page, mention: Mention) -> Finding | None:
    where = anatomy.site(page, mention, sites(mention.entry))
    concept = at_site(mention.entry, where)
    if concept is None or concept.coding is None:
        return None
    meant = assertion(page, mention)
    if meant is None or is_a_reaction(page, mention):
        return None
    which = anatomy.side(page, mention, where) if {"sides", "paired"} & concept.facts.keys() else None
    details = described(page, mention, which)
    start, end = span(page, mention, where, which)
    return Finding(
        kind=Kind.CONDITION,
        text=page.text[start:end],
        coding=coding(concept, details, stage_number(page, mention)),
        assertion=meant,
        confidence=round(mention.certainty * (DOUBT if meant is Assertion.UNCERTAIN else 1), 2),
        page=page.number,
        span=(start, end),
        details=details,
    )


def sites(entry: Entry) -> set[str]:
    """Those that a mention of it may stand at."""
    return {*entry.facts.get("sites", ()), *filter(None, [entry.facts.get("site")])}


def at_site(entry: Entry, where: Place | None) -> Entry | None:
    """The more exact concept that the site makes of it; None when it is nothing without a site."""
    if where and where.name in entry.facts.get("sites", {}):
        return vocabulary().by_code[entry.facts["sites"][where.name]]
    return None if entry.facts.get("only_at_a_site") else entry


def coding(concept: Entry, details: ConditionDetails, stage: str | None) -> Coding | None:
    exact = concept.facts.get("sides", {}).get(details.get("laterality")) or concept.facts.get("stages", {}).get(stage)
    return concept.coded(*exact) if exact else concept.coding


def described(page: Page, mention: Mention, which: Place | None) -> ConditionDetails:
    details: ConditionDetails = {}
    if which:
        details["laterality"] = which.name
    if severity := severity_of(page, mention):
        details["severity"] = severity
    if stage := stage_of(page, mention):
        details["stage"] = page.text[stage.start("stage") : stage.end("stage")]
    return details


def severity_of(page: Page, mention: Mention) -> str | None:
    around = (page.words[at] for at in page.words_around(mention, SEVERITY_REACH, 1))
    near = (word for word in around if word.text in SEVERITIES and "," not in between(page, mention, word))
    return next((SEVERITIES[word.text] for word in near), None)


def between(page: Page, mention: Mention, word: Word) -> str:
    return (
        page.folded[word.end : mention.start] if word.start < mention.start else page.folded[mention.end : word.start]
    )


def stage_of(page: Page, mention: Mention) -> re.Match[str] | None:
    start, end = page.sentence(mention.start)
    found = STAGE.match(page.folded, mention.end, end) or STAGE_BEFORE.search(
        page.folded, max(start, mention.start - NEAR), mention.start
    )
    if found is None and "stages" in mention.entry.facts:
        found = BARE_STAGE.match(page.folded, mention.end, end)
    return found


def stage_number(page: Page, mention: Mention) -> str | None:
    found = stage_of(page, mention)
    return ROMAN.get(found["number"], found["number"]) + (found["letter"] or "") if found else None


def span(page: Page, mention: Mention, *places: Place | None) -> tuple[int, int]:
    """From the first to the last letter of all that was taken together."""
    words = [page.words[place.word] for place in places if place]
    return min([mention.start, *(w.start for w in words)]), max([mention.end, *(w.end for w in words)])
