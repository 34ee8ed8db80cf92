"""Medicines on a page, with what the text says of taking them."""

import re
from collections.abc import Iterator, Sequence

from patients.clinical.allergies import speaks_of_allergy
from patients.clinical.doses import DOSE, counted, dose_details, strengths
from patients.clinical.findings import Assertion, Finding, Kind, MedicationDetails
from patients.clinical.meaning import assertion
from patients.clinical.mentions import Mention
from patients.clinical.page import Page

DOSE_BEFORE = re.compile(rf"{DOSE.pattern}\s*(?:of|de|x)?\s*$")
DOSE_AHEAD = re.compile(rf"{DOSE.pattern}\s*(?:of|de)\s*$")
"""The next medicine's, told before its name: "and one tablet of simvastatin"."""
NEAR = 40
GROUP_REACH = 120
OTHER_NAMED = re.compile(r";|,\s+(?=[A-Z][a-z]{3,})(?!Once|Twice|Three|Every|Daily)")
"""Where something else begins that we have no name for."""
UNDOSED = 0.1
"""How much less sure a medicine without a dose is."""


def medications(page: Page) -> Iterator[Finding]:
    for mention in page.mentions:
        if (
            mention.entry.kind is Kind.MEDICATION
            and not speaks_of_allergy(page, mention)
            and not measured(page, mention)
        ):
            meant = assertion(page, mention)
            if meant is not None:
                yield medication(page, mention, meant)


def measured(page: Page, mention: Mention) -> bool:
    """The same words are a laboratory's: vitamin D 18 ng/mL."""
    twins = (other for other in page.mentions_of(mention.first) if other.start == mention.start)
    is_result = any(other.entry.kind is Kind.OBSERVATION for other in twins)
    return is_result and not DOSE.search(page.folded, mention.end, page.sentence(mention.start)[1])


def medication(page: Page, mention: Mention, meant: Assertion) -> Finding:
    details = taking(page, mention)
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
    together = group(page, mention)
    last = together[-1]
    end = page.next_mention(last, end)
    if end < page.sentence(mention.start)[1] and (ahead := DOSE_AHEAD.search(counted(page.folded[last.end : end]))):
        end = last.end + ahead.start()
    behind = page.text[last.end : end]
    if not behind.strip(" \n\t:-"):
        behind += next_line(page, end)
    if other := OTHER_NAMED.search(behind):
        behind = behind[: other.start()]
    details = of_ingredient(dose_details(behind, locale=page.locale), behind, together.index(mention), together, page)
    before = DOSE_BEFORE.search(page.folded, max(start, mention.start - NEAR), mention.start)
    if before and "dose_value" not in details:
        earlier = dose_details(page.text[before.start() : mention.start], locale=page.locale)
        details = {**earlier, **details}
    return details


def group(page: Page, mention: Mention) -> list[Mention]:
    """The ingredients of one preparation, in order: of `Janumet`, of `metformin/sitagliptin`."""
    same = page.mentions_in((max(0, mention.start - GROUP_REACH), mention.end + GROUP_REACH), Kind.MEDICATION)
    at = next(place for place, other in enumerate(same) if other is mention)
    first = last = at
    while first and joined(page, same[first - 1], same[first]):
        first -= 1
    while last + 1 < len(same) and joined(page, same[last], same[last + 1]):
        last += 1
    return same[first : last + 1]


def joined(page: Page, one: Mention, other: Mention) -> bool:
    return one.start == other.start or page.text[one.end : other.start].strip() in ("/", "+", "-")


def of_ingredient(
    told: MedicationDetails, behind: str, place: int, together: Sequence[Mention], page: Page
) -> MedicationDetails:
    """This ingredient's part of the strength; one strength of a combination is nobody's own."""
    if len(together) == 1:
        return told
    each = strengths(behind, locale=page.locale)
    if len(each) == len(together):
        return {**told, **each[place]}
    if each or not told.get("dose_unit", "").startswith("{"):
        return {name: value for name, value in told.items() if name not in ("dose_value", "dose_unit")}  # type: ignore[return-value]
    return told


def next_line(page: Page, end: int) -> str:
    """The line below a name that stands alone, when that line only tells the dose."""
    below = page.sentence(end)
    names_other = any(below[0] <= other.start < below[1] for other in page.mentions)
    return "" if names_other or end >= len(page.text) else page.text[slice(*below)]
