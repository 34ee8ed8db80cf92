"""Medicines on a page, with what the text says of taking them."""

import re
from collections.abc import Iterator

from patients.clinical.allergies import speaks_of_allergy
from patients.clinical.doses import DOSE, dose_details
from patients.clinical.findings import Assertion, Finding, Kind, MedicationDetails
from patients.clinical.meaning import assertion
from patients.clinical.mentions import Mention
from patients.clinical.page import Page

DOSE_BEFORE = re.compile(rf"{DOSE.pattern}\s*(?:of|de|x)?\s*$")
NEAR = 40
UNDOSED = 0.1
"""How much less sure a medicine without a dose is."""


def medications(page: Page) -> Iterator[Finding]:
    for mention in page.mentions:
        if (
            mention.entry.kind is Kind.MEDICATION
            and not speaks_of_allergy(page, mention)
            and not measured(page, mention)
        ):
            yield medication(page, mention)


def measured(page: Page, mention: Mention) -> bool:
    """The same words are a laboratory's: vitamin D 18 ng/mL."""
    twins = (other for other in page.mentions if other.start == mention.start)
    is_result = any(other.entry.kind is Kind.OBSERVATION for other in twins)
    return is_result and not DOSE.search(page.folded, mention.end, page.sentence(mention.start)[1])


def medication(page: Page, mention: Mention) -> Finding:
    details = taking(page, mention)
    meant = assertion(page, mention)
    certainty = mention.certainty - (0 if "dose_value" in details else UNDOSED)
    return Finding(
        kind=Kind.MEDICATION,
        text=page.text[mention.start : mention.end],
        coding=mention.entry.coding,
        assertion=meant,
        confidence=round(certainty * (0.6 if meant is Assertion.UNCERTAIN else 1), 2),
        page=page.number,
        span=(mention.start, mention.end),
        details=details,
    )


def taking(page: Page, mention: Mention) -> MedicationDetails:
    """From behind the name to the next medicine; when no dose is there, the dose just before the name."""
    start, end = page.sentence(mention.start)
    end = page.next_mention(mention, end)
    behind = page.text[mention.end : end]
    if not behind.strip(" \n\t:-"):
        behind += next_line(page, end)
    details = dose_details(behind, locale=page.locale)
    before = DOSE_BEFORE.search(page.folded, max(start, mention.start - NEAR), mention.start)
    if before and "dose_value" not in details:
        earlier = dose_details(page.text[before.start() : mention.start], locale=page.locale)
        details = {**earlier, **details}
    return details


def next_line(page: Page, end: int) -> str:
    """The line below a name that stands alone, when that line only tells the dose."""
    below = page.sentence(end)
    names_other = any(below[0] <= other.start < below[1] for other in page.mentions)
    return "" if names_other or end >= len(page.text) else page.text[slice(*below)]
