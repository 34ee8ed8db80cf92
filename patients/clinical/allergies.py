"""Allergies and intolerances on a page."""

import re
from collections.abc import Iterator

from patients.clinical.findings import AllergyDetails, Assertion, Finding, Kind
from patients.clinical.meaning import assertion
from patients.clinical.mentions import Mention
from patients.clinical.page import Page
from patients.clinical.sections import SectionKind

SAID_BEFORE = re.compile(
    r"(?:allerg(?:y|ies|ic)|hypersensitiv\w+|anaphyla\w+|intoleran(?:t|ce)|reaction|reacts|alergi[ac]o?s?|alerjik?|alerjisi|حساسية)"
    r"(?:\s+reaction)?[\s:]*(?:to|of|with|after|from|a la|al|a los|a|من|ضد|on)?\b[^.;\n]{0,60}$"
)
SAID_BEHIND = re.compile(
    r"(?:\s(?:por|due to|because of|as)\s(?:una |an |a )?)?[\s-]*(?:known |conocida )?"
    r"(?:allerg(?:y|ies|ic)|hypersensitivity|intolerance|anaphylaxis|alerjisi|alergi[ac])\b"
)
NEAR = 120
REACTIONS = (
    "anaphylactic shock|anaphylaxis|anaphylactic|facial swelling|swelling|angioedema|angio-oedema|angioneurotic oedema"
    "|skin rash|rash|hives|urticaria|itching|pruritus|stomach upset|gi upset|nausea|vomiting|diarrhoea|diarrhea|cough"
    "|dry cough|bronchospasm|wheeze|wheezing|breathing difficulty|difficulty breathing|shortness of breath|blisters"
    "|dermatitis|contact dermatitis|muscle pain|myalgia|dizziness|fainting|hypotension|erythema|redness"
    "|erupcion cutanea|erupcion|exantema|ronchas|hinchazon|edema|picor|prurito|anafilaxia|shock anafilactico|nauseas"
    "|se me hincha la cara|se me hinchan los labios"
    "|hinchazon de la cara|hinchazon facial|habones|sarpullido"
    "|vomitos|diarrea|tos|dokuntu|kurdesen|kasinti|طفح جلدي|طفح|تورم|حكة"
)
REACTION = re.compile(rf"\b(?:{REACTIONS})\b(?:(?:\s+and\s+|\s+y\s+|,\s*|/)(?:{REACTIONS})\b)*")
SKIN = (
    r"\b(?:rash|hives|urticaria|swelling|swells|swollen|anaphyla\w+|angio\w*edema|itch\w*|bronchospasm|wheez\w*|blister\w*"
    r"|exantema|ronchas|habones|hinchazon|hincha|picor|prurito|anafila\w+|erupcion\w*|sarpullido|طفح|تورم|حكة)"
)
"""What allergies do, and little else."""
NARRATED_BEFORE = re.compile(
    rf"{SKIN}[^.;,\n]{{0,15}}?\s(?:with|to|from|after|on|following|due to|caused by|con|al tomar|por|tras|a la|al|من)\s"
    r"(?:(?:taking|using|the|some|tomar|el|la|los)\s)?$"
)
NARRATED_BEHIND = re.compile(
    rf"\s(?:gives?|gave|has given|causes?|caused|brings?|brought|produces?|produced|makes?|made|me dan?|me produce"
    rf"|me causan?|le produce|le provoca|me provocan?|provoca|produce|produjo)\b[^.;\n]{{0,40}}?{SKIN}"
)
SEVERITY = (
    ("severe", re.compile(r"\b(?:severe|life-threatening|anaphyla\w+|anafila\w+|grave|severa|agir)\b|شديدة")),
    ("moderate", re.compile(r"\b(?:moderate|moderada|moderado|orta)\b")),
    ("mild", re.compile(r"\b(?:mild|minor|leve|hafif)\b")),
)


def allergies(page: Page) -> Iterator[Finding]:
    for mention in page.mentions:
        substance = mention.entry.kind in (Kind.ALLERGY, Kind.MEDICATION)
        if substance and speaks_of_allergy(page, mention):
            meant = assertion(page, mention)
            if meant is not None:
                yield allergy(page, mention, meant)


def speaks_of_allergy(page: Page, mention: Mention) -> bool:
    """The substance is named as what someone does not bear: in the section on it, or by its own sentence."""
    start, end = page.sentence(mention.start)
    if SAID_BEHIND.match(page.folded, mention.end, end) or SAID_BEFORE.search(
        page.folded, max(start, mention.start - NEAR), mention.start
    ):
        return True
    if narrated(page, mention, start, end):
        return True
    dosed = mention.entry.kind is Kind.MEDICATION and re.search(r"\d\s?m?c?g\b", page.folded[mention.end : end])
    return page.section(mention.start).kind is SectionKind.ALLERGIES and not dosed


def narrated(page: Page, mention: Mention, start: int, end: int) -> bool:
    """`He gets a rash with Elastoplast`, `ibuprofen brings me out in hives`."""
    before = page.folded[max(start, mention.start - NEAR) : mention.start]
    return bool(NARRATED_BEFORE.search(before) or NARRATED_BEHIND.match(page.folded, mention.end, end))


def allergy(page: Page, mention: Mention, meant: Assertion) -> Finding:
    if meant in (Assertion.HISTORICAL, Assertion.PLANNED, Assertion.STOPPED):
        meant = Assertion.PRESENT  # an allergy does not pass because the reaction did
    return Finding(
        kind=Kind.ALLERGY,
        text=page.text[mention.start : mention.end],
        coding=mention.entry.coding,
        assertion=meant,
        confidence=round(mention.certainty * (0.6 if meant is Assertion.UNCERTAIN else 1), 2),
        page=page.number,
        span=(mention.start, mention.end),
        details=described(page, mention),
    )


def is_a_reaction(page: Page, mention: Mention) -> bool:
    """It is told as what an allergy does: "codeine (nausea)"."""
    if not REACTION.fullmatch(page.folded[mention.start : mention.end]):
        return False
    sentence = page.sentence(mention.start)
    substances = page.mentions_in(sentence, Kind.ALLERGY) + page.mentions_in(sentence, Kind.MEDICATION)
    in_section = page.section(mention.start).kind is SectionKind.ALLERGIES
    return in_section or any(speaks_of_allergy(page, other) for other in substances)


def described(page: Page, mention: Mention) -> AllergyDetails:
    """The reaction told behind the substance, before the next one is named; or just before it."""
    start, end = page.sentence(mention.start)
    behind = (mention.end, end)
    following = page.mentions_in(behind, Kind.ALLERGY) + page.mentions_in(behind, Kind.MEDICATION)
    end = min([end, *(other.start for other in following)])
    details: AllergyDetails = {}
    found = REACTION.search(page.folded, mention.end, end) or told_before(page, start, mention.start)
    if found:
        details["reaction"] = page.text[found.start() : found.end()]
    told = page.folded[mention.end : end] + " " + (found.group() if found else "")
    severity = next((name for name, pattern in SEVERITY if pattern.search(told)), None)
    if severity:
        details["severity"] = severity
    return details


def told_before(page: Page, start: int, end: int) -> re.Match[str] | None:
    """The reaction before a substance, when it is not another's: "a rash with Elastoplast"."""
    others = any(page.mentions_in((start, end), kind) for kind in (Kind.ALLERGY, Kind.MEDICATION))
    return None if others else REACTION.search(page.folded, start, end)
