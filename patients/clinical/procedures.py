"""Procedures on a page: planned, done, or only spoken of."""

import re
from collections.abc import Iterator

from patients.clinical import anatomy
from patients.clinical.anatomy import Place
from patients.clinical.conditions import DOUBT, at_site, sites, span
from patients.clinical.dates import first_date
from patients.clinical.findings import Assertion, Finding, Kind, ProcedureDetails
from patients.clinical.meaning import assertion
from patients.clinical.mentions import Mention
from patients.clinical.page import Page

REPORT = re.compile(
    r"\s?(?:\([^)\n]{1,30}\)|(?:19|20)\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})?\s?(?::|-\s|=)\s*(?=[a-z0-9])"
)
"""Behind an examination: "Echocardiogram (2024): LVEF 60 %"."""
COUNTED = re.compile(r"\s?(?:x\s?\d\b|\(x\s?\d\))")
STATUS = {Assertion.PLANNED: "planned", Assertion.HISTORICAL: "done"}


def procedures(page: Page) -> Iterator[Finding]:
    for mention in page.mentions:
        if mention.entry.kind is Kind.PROCEDURE:
            finding = procedure(page, mention)
            if finding:
                yield finding


def procedure(page: Page, mention: Mention) -> Finding | None:
    where = anatomy.site(page, mention, sites(mention.entry))
    concept = at_site(mention.entry, where)
    if concept is None:
        return None
    which = anatomy.side(page, mention, where) if where or concept.facts.get("site") else None
    meant = done_or_not(page, mention)
    if meant is None:
        return None
    start, end = span(page, mention, where, which)
    return Finding(
        kind=Kind.PROCEDURE,
        text=page.text[start:end],
        coding=concept.coding,
        assertion=meant,
        confidence=round(mention.certainty * (DOUBT if meant is Assertion.UNCERTAIN else 1), 2),
        page=page.number,
        span=(start, end),
        details=described(page, mention, which, meant),
    )


def done_or_not(page: Page, mention: Mention) -> Assertion | None:
    """A bare name says nothing; what it was done for, its own report or a count say that it was done."""
    meant = assertion(page, mention)
    if meant is not Assertion.PRESENT:
        return meant
    reported = mention.entry.facts.get("diagnostic") and REPORT.match(page.folded, mention.end)
    done = mention.term.operated or reported or COUNTED.match(page.folded, mention.end)
    return Assertion.HISTORICAL if done else meant


def described(page: Page, mention: Mention, which: Place | None, meant: Assertion) -> ProcedureDetails:
    details: ProcedureDetails = {}
    if which:
        details["laterality"] = which.name
    if meant in STATUS:
        details["status"] = STATUS[meant]
    _, end = page.sentence(mention.start)
    if meant is Assertion.HISTORICAL and (
        done := first_date(page.folded[mention.end : page.next_mention(mention, end)])
    ):
        details["date"] = done
    return details
