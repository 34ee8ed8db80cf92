"""What a page means by a mention: its own sentence's cues, and the section it stands in."""

import re

from patients.clinical.assertions import ANSWERED_NO, QUESTIONED, Trigger, reaching, strongest
from patients.clinical.findings import Assertion, Kind
from patients.clinical.mentions import Mention
from patients.clinical.page import Page
from patients.clinical.sections import SectionKind

YEAR_NEAR = re.compile(r"^[^.;\n]{0,25}?[\s(,](?:19|20)\d\d\b")
YEAR_BEFORE = re.compile(r"(?:^|[\s(-])(?:19|20)\d\d\)?[\s:,-]{1,4}[^.;\n]{0,15}$")

BY_SECTION = {
    (SectionKind.STOPPED_MEDICATIONS, Kind.MEDICATION): Assertion.STOPPED,
    (SectionKind.PAST_PROCEDURES, Kind.PROCEDURE): Assertion.HISTORICAL,
    (SectionKind.PAST_HISTORY, Kind.PROCEDURE): Assertion.HISTORICAL,
    (SectionKind.PLAN, Kind.PROCEDURE): Assertion.PLANNED,
}
"""What a section says of its mentions when their own sentences say nothing."""


def assertion(page: Page, mention: Mention) -> Assertion:
    found = said(page, mention)
    section = page.section(mention.start).kind
    if section is SectionKind.FAMILY:
        found.add(Assertion.FAMILY)
    if found:
        return strongest(found)
    if passes(mention) and (section is SectionKind.PAST_HISTORY or over_by_its_year(page, mention)):
        return Assertion.HISTORICAL
    return BY_SECTION.get((section, mention.entry.kind), Assertion.PRESENT)


def said(page: Page, mention: Mention) -> set[Assertion]:
    start, end = page.sentence(mention.start)
    near = page.cues_in(start, end)
    kind = mention.entry.kind
    triggers = reaching(kind, mention.first, mention.last, page.folded, page.words, near)
    found = {trigger.assertion for trigger in triggers if trigger.assertion and holds(trigger, mention)}
    if QUESTIONED.search(page.folded, start, mention.start):
        found.add(Assertion.UNCERTAIN)
    if ANSWERED_NO.match(page.folded, mention.end):
        found.add(Assertion.NEGATED)
    return found


def holds(trigger: Trigger, mention: Mention) -> bool:
    return not trigger.soft or passes(mention)


def passes(mention: Mention) -> bool:
    """It happens and is over, unlike an illness that lasts."""
    return mention.entry.kind is Kind.PROCEDURE or bool(mention.entry.facts.get("episodic"))


def over_by_its_year(page: Page, mention: Mention) -> bool:
    """A year stands beside it, `Appendicectomy 1998`, `2015: TKR`; a cancer's year is when it began."""
    if mention.entry.facts.get("episodic", True) is not True:
        return False
    start, end = page.sentence(mention.start)
    behind, before = page.folded[mention.end : end], page.folded[start : mention.start]
    return bool(YEAR_NEAR.match(behind) or YEAR_BEFORE.search(before))
