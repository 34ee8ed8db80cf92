"""What a page means by a mention: the form's answer to it, its own sentence's cues, and the section it stands in."""

import re

from patients.clinical.answer import Answer, Says
from patients.clinical.assertions import Scope, Trigger, reaching, strongest
from patients.clinical.findings import Assertion, Kind
from patients.clinical.mentions import Mention
from patients.clinical.page import Page
from patients.clinical.sections import SectionKind

RELATIVE = (
    "(?:(?:maternal|paternal|half|twin|elder|younger|older)[ -])?(?:grand)?(?:mother|father|brother|sister|parents?"
    "|mum|mom|dad|son|daughter|aunt|uncle|cousin|siblings?)s?|madre|padre|padres|hermanos?|hermanas?|abuel[oa]s?|hij[oa]s?"
    "|ti[oa]s?"
    "|anne|baba|kardes"
)
RELATIVE_FIRST = re.compile(
    rf"^[\W\d]*(?:(?:my|his|her|patient's|mi|su|la|el) )?(?:{RELATIVE})(?:'s|\s?\([^)]{{1,20}}\))?"
    r"\s*(?:[:|\t=]|-\s| {2,})"
)
RELATIVE_BEHIND = re.compile(
    rf"[^.;:,|\n(]{{0,15}}?(?:\s*[|:(\t-]\s*|\s{{2,}}|\s(?:in|en)\s(?:(?:his|her|my|the|su|mi|la|el)\s)?)\(?(?:{RELATIVE})\b"
    r"(?!\s+(?:has|had|have|is|was|died|suffers|takes|with|tiene|tuvo))"
)
QUESTIONED_BEFORE = re.compile(r"\?\s?$")
QUESTIONED_BEHIND = re.compile(r"\?(?!\w)| \?(?=\s|$)")
SIGNED = re.compile(r"\s?\(\s?(?P<sign>[+-]|\+\+|neg|pos|-ve|\+ve)\s?\)")
YEAR_NEAR = re.compile(r"^[^.;\n]{0,25}?[\s(,](?:19|20)\d\d\b")
YEAR_NEAR_PROCEDURE = re.compile(r"^[^.;\n]{0,60}?[\s(,/-](?:19|20)\d\d\b")
YEAR_BEFORE = re.compile(r"(?:^|[\s(-])(?:19|20)\d\d\)?[\s:,-]{1,4}[^.;\n]{0,15}$")
AFFIRMED = re.compile(
    r"\W{0,2}(?:\([^)\n]{0,40}\)\s*)?(?:since|for (?:the )?(?:last |past )?\d|diagnosed|x\s?\d|desde|de \d+ anos"
    r"|hace \d|(?:well |poorly |un)?controlled|on \w+|treated with|en tratamiento|tratad[oa]|controlad[oa]"
    r"|,? (?:she|he|i) takes?)\b"
)

BY_SECTION = {
    (SectionKind.STOPPED_MEDICATIONS, Kind.MEDICATION): Assertion.STOPPED,
    (SectionKind.PAST_PROCEDURES, Kind.PROCEDURE): Assertion.HISTORICAL,
    (SectionKind.PAST_HISTORY, Kind.PROCEDURE): Assertion.HISTORICAL,
    (SectionKind.PLAN, Kind.PROCEDURE): Assertion.PLANNED,
}
"""What a section says of its mentions when their own sentences say nothing."""


def assertion(page: Page, mention: Mention) -> Assertion | None:
    """How the page means it; None when it says nothing of it, as an unanswered question does."""
    answer = page.answer(mention.start)
    if answer and answer.says is not Says.TEXT and answer.says is not Says.YES:
        return BY_ANSWER[answer.says]
    if answer and told_again(page, mention, answer):
        return None
    found = said(page, mention)
    if answer and answer.says is Says.YES and not found:
        return answered_yes(page, mention, answer)
    return strongest(found) if found else unsaid(page, mention)


BY_ANSWER = {Says.NO: Assertion.NEGATED, Says.UNKNOWN: Assertion.UNCERTAIN, Says.BLANK: None}


def told_again(page: Page, mention: Mention, answer: Answer) -> bool:
    """What is written behind a question names one of the things it asks for: only that is answered."""
    kind = mention.entry.kind
    asked = {id(other.entry) for other in page.mentions_in(answer.label, kind)}
    return any(id(other.entry) in asked for other in page.mentions_in(answer.rest, kind))


def answered_yes(page: Page, mention: Mention, answer: Answer) -> Assertion:
    """A yes to two things at once leaves open to which; a yes to a thing that passes says that it has been."""
    asked = {id(other.entry) for other in page.mentions_in(answer.label, mention.entry.kind)}
    if len(asked) > 1 and not page.mentions_in(answer.rest, mention.entry.kind):
        return Assertion.UNCERTAIN
    past = mention.entry.kind is Kind.CONDITION and mention.entry.facts.get("episodic") is True
    return Assertion.HISTORICAL if past else Assertion.PRESENT


def unsaid(page: Page, mention: Mention) -> Assertion:
    """When no phrase of its own sentence says it."""
    section = page.section(mention.start).kind
    lasting = mention.entry.facts.get("episodic") == "habit"
    if mention.entry.facts.get("means"):
        return Assertion(mention.entry.facts["means"])
    if passes(mention) and not lasting and (section is SectionKind.PAST_HISTORY or over_by_its_year(page, mention)):
        return Assertion.HISTORICAL
    return BY_SECTION.get((section, mention.entry.kind), Assertion.PRESENT)


def said(page: Page, mention: Mention) -> set[Assertion]:
    """All that phrases, signs and the line's beginning say of it."""
    start, end = page.sentence(mention.start)
    found = {trigger.assertion for trigger in phrases(page, mention, start, end) if trigger.assertion}
    asked = QUESTIONED_BEHIND.match(page.folded, mention.end) and page.answer(mention.start) is None
    if asked or QUESTIONED_BEFORE.search(page.folded, start, mention.start):
        found.add(Assertion.UNCERTAIN)
    if (signed := SIGNED.match(page.folded, mention.end)) and signed["sign"].startswith(("-", "neg")):
        found.add(Assertion.NEGATED)
    if of_a_relative(page, mention, end):
        found.add(Assertion.FAMILY)
    return found


def phrases(page: Page, mention: Mention, start: int, end: int) -> list[Trigger]:
    same = page.mentions_in((start, end), mention.entry.kind)
    others = [(other.first, other.last) for other in same if other.start != mention.start]
    scope = Scope(mention.entry.kind, mention.first, mention.last, passes(mention), others)
    near = page.cues_in(start, end)
    found = list(reaching(scope, page.folded, page.words, near))
    if affirmed(page, mention, start, end):
        found = [trigger for trigger in found if trigger.assertion is not Assertion.NEGATED or trigger.side == "after"]
    return found


def affirmed(page: Page, mention: Mention, start: int, end: int) -> bool:
    """`No asthma, hypertension since 2010`: the comma ends the no."""
    before = page.folded[start : mention.start]
    return "," in before and AFFIRMED.match(page.folded, mention.end, end) is not None


def of_a_relative(page: Page, mention: Mention, end: int) -> bool:
    """By its section, by the relative that heads its line, or by the one named right behind it."""
    if page.section(mention.start).kind is SectionKind.FAMILY:
        return True
    line = page.folded.rfind("\n", 0, mention.start) + 1
    return bool(
        RELATIVE_FIRST.match(page.folded[line : mention.start])
        or RELATIVE_BEHIND.match(page.folded, mention.end, min(end, mention.end + 60))
    )


def passes(mention: Mention) -> bool:
    """It happens and is over, unlike an illness that lasts."""
    return mention.entry.kind is Kind.PROCEDURE or bool(mention.entry.facts.get("episodic"))


def over_by_its_year(page: Page, mention: Mention) -> bool:
    """A year stands beside it, `Appendicectomy 1998`, `2015: TKR`; a cancer's year is when it began."""
    if mention.entry.facts.get("episodic", True) is not True:
        return False
    start, end = page.sentence(mention.start)
    behind, before = page.folded[mention.end : end], page.folded[start : mention.start]
    near = YEAR_NEAR_PROCEDURE if mention.entry.kind is Kind.PROCEDURE else YEAR_NEAR
    return bool(near.match(behind) or YEAR_BEFORE.search(before))
