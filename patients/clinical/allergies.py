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
SAID_BEHIND = re.compile(r"[\s-]*(?:allerg(?:y|ies|ic)|hypersensitivity|intolerance|anaphylaxis|alerjisi|alergi[ac])\b")
NONE_KNOWN = re.compile(
    r"\b(?:nkda|nka|nkfa|no known (?:drug |food |medication )*allerg(?:y|ies)|no (?:drug )?allerg(?:y|ies)"
    r"|denies (?:any )?(?:drug )?allerg(?:y|ies)|no alergias|sin alergias|no alergico a medicamentos"
    r"|(?:no |sin )?alergias (?:medicamentosas )?(?:no )?conocidas|no (?:refiere|presenta) alergias|alerjisi yok"
    r"|(?:allergies|allergy|alergias|drug allergies)\s?:?\s{0,3}(?:none|nil|no\b|ninguna|nkda|negadas))"
    r"|لا توجد حساسية|لا يوجد حساسية"
)
NEAR = 120
REACTIONS = (
    "anaphylactic shock|anaphylaxis|anaphylactic|facial swelling|swelling|angioedema|angio-oedema|angioneurotic oedema"
    "|skin rash|rash|hives|urticaria|itching|pruritus|stomach upset|gi upset|nausea|vomiting|diarrhoea|diarrhea|cough"
    "|dry cough|bronchospasm|wheeze|wheezing|breathing difficulty|difficulty breathing|shortness of breath|blisters"
    "|dermatitis|contact dermatitis|muscle pain|myalgia|dizziness|fainting|hypotension|erythema|redness"
    "|erupcion cutanea|erupcion|exantema|ronchas|hinchazon|edema|picor|prurito|anafilaxia|shock anafilactico|nauseas"
    "|vomitos|diarrea|tos|dokuntu|kurdesen|kasinti|طفح جلدي|طفح|تورم|حكة"
)
REACTION = re.compile(rf"\b(?:{REACTIONS})\b(?:(?:\s+and\s+|\s+y\s+|,\s*|/)(?:{REACTIONS})\b)*")
SEVERITY = (
    ("severe", re.compile(r"\b(?:severe|life-threatening|anaphyla\w+|anafila\w+|grave|severa|agir)\b|شديدة")),
    ("moderate", re.compile(r"\b(?:moderate|moderada|moderado|orta)\b")),
    ("mild", re.compile(r"\b(?:mild|minor|leve|hafif)\b")),
)


def allergies(page: Page) -> Iterator[Finding]:
    yield from none_known(page)
    for mention in page.mentions:
        substance = mention.entry.kind in (Kind.ALLERGY, Kind.MEDICATION)
        if substance and speaks_of_allergy(page, mention):
            yield allergy(page, mention)


def speaks_of_allergy(page: Page, mention: Mention) -> bool:
    """The substance is named as what someone does not bear: in the section on it, or by its own sentence."""
    start, end = page.sentence(mention.start)
    if SAID_BEHIND.match(page.folded, mention.end, end) or SAID_BEFORE.search(
        page.folded, max(start, mention.start - NEAR), mention.start
    ):
        return True
    dosed = mention.entry.kind is Kind.MEDICATION and re.search(r"\d\s?m?c?g\b", page.folded[mention.end : end])
    return page.section(mention.start).kind is SectionKind.ALLERGIES and not dosed


def allergy(page: Page, mention: Mention) -> Finding:
    meant = assertion(page, mention)
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


def described(page: Page, mention: Mention) -> AllergyDetails:
    """The reaction told behind the substance, before the next one is named; or just before it."""
    start, end = page.sentence(mention.start)
    end = min([end, *(m.start for m in page.mentions if m.start >= mention.end and is_substance(m))])
    details: AllergyDetails = {}
    found = REACTION.search(page.folded, mention.end, end) or REACTION.search(page.folded, start, mention.start)
    if found:
        details["reaction"] = page.text[found.start() : found.end()]
    told = page.folded[mention.end : end] + " " + (found.group() if found else "")
    severity = next((name for name, pattern in SEVERITY if pattern.search(told)), None)
    if severity:
        details["severity"] = severity
    return details


def is_substance(mention: Mention) -> bool:
    return mention.entry.kind in (Kind.ALLERGY, Kind.MEDICATION)


def none_known(page: Page) -> Iterator[Finding]:
    """`NKDA`: a finding without a code that says no, so that a record can tell it from silence."""
    for found in NONE_KNOWN.finditer(page.folded):
        end = min(found.end() + 12, page.sentence(found.start())[1])
        if not any(found.start() <= m.start < end and is_substance(m) for m in page.mentions):
            yield Finding(
                kind=Kind.ALLERGY,
                text=page.text[found.start() : found.end()],
                coding=None,
                assertion=Assertion.NEGATED,
                confidence=0.95,
                page=page.number,
                span=found.span(),
            )
