"""Procedures on a page: planned, done, or only spoken of."""

from collections.abc import Iterator

from patients.clinical import anatomy
from patients.clinical.anatomy import Place
from patients.clinical.conditions import DOUBT, at_site, sites, span
from patients.clinical.dates import first_date
from patients.clinical.findings import Assertion, Finding, Kind, ProcedureDetails
from patients.clinical.meaning import assertion
from patients.clinical.mentions import Mention
from patients.clinical.page import Page

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
    meant = assertion(page, mention)
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
