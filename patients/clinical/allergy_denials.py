"""Where a page says that no allergy is known."""

import re
from collections.abc import Iterator

from patients.clinical.answer import Says
from patients.clinical.findings import Assertion, Finding, Kind
from patients.clinical.no_allergy import NO_KNOWN_ALLERGY, NO_KNOWN_DRUG_ALLERGY
from patients.clinical.page import Page
from patients.clinical.vocabulary import vocabulary

OF = r"(?:drug|food|medication|medicine|environmental|or|and|other|any|known|having)"
NONE = (
    r"(?:none(?: known| reported)?|nil(?: known)?|no\b(?! known)|ninguna(?: conocida)?|nkda|nka|negadas|niega"
    r"|no conocidas)"
)
NONE_KNOWN = re.compile(
    "|".join(
        (
            r"\b(?:nkda|nka|nkfa|nkma|namc|no amc|no ramc?)\b",
            rf"\bno known (?:{OF} )*allerg(?:y|ies)",
            rf"\bno (?:{OF} )*allerg(?:y|ies)(?: to (?:medications?|medicines?|drugs)| known)?",
            rf"\bnot (?:known to be )?allergic to (?:anything|(?:{OF} )*(?:drugs?|medicines?|medications?|foods?))",
            rf"\b(?:denies|without) (?:{OF} )*allerg(?:y|ies)",
            r"\b(?:no|sin|niega)(?: (?:tengo|tiene|hay|refiere|presenta|constan|se conocen))?(?: ningun[ao]?)?"
            r" (?:alergias?|reacciones alergicas)(?: a)?(?: (?:medicament\w+|farmac\w+))?(?: ni intolerancias)?"
            r"(?: medicamentosas)?(?: conocidas?)?",
            r"\bno (?:soy|es) alergic[oa] a (?:nada|ningun (?:medicamento|farmaco)|medicamentos)",
            r"\bno (?:me )?consta alergia|\balergias (?:medicamentosas )?no conocidas",
            r"\b(?:bilinen )?(?:ilac )?alerjisi yok",
            rf"\b(?:{OF} )?(?:allergies|allergy|alergias?)(?: medicamentosas)?\s?[:=-]?\s{{0,3}}{NONE}",
            r"(?:لا توجد|لا يوجد|ليس لدي|ليس لديه|ليس عندي|لا اعاني من|ما عندي|بدون)(?: اي)? حساسية"
            r"(?: من (?:اي )?(?:ال)?ادوية| دوائية)?",
        )
    )
)
OF_DRUGS = re.compile(r"drug|medic|nkda|nkma|amc|ram|farmac|ilac|ادوية|دوائية")
ASKED = re.compile(r"allerg|alergi|alerji|حساسية")
BUT = re.compile(
    r"[\s,]*(?:except|other than|apart from|besides|but\b|salvo|excepto|aparte de|menos\b|ما عدا|باستثناء|سوى)"
)
MISREAD = re.compile(r"(?<=[a-z])[01]{1,2}(?=[a-z])|(?<=[a-z])0(?!\w)")
"""Digits in a word: a11ergies, n0."""
SURE = 0.95


def none_known(page: Page) -> Iterator[Finding]:
    """`NKDA`, `Allergies: none`, `Any allergies? No`; not where an exception follows."""
    for found in NONE_KNOWN.finditer(MISREAD.sub(meant, page.folded)):
        near = (found.start(), min(found.end() + 12, page.sentence(found.start())[1]))
        if (
            not names_a_substance(page, near)
            and not BUT.match(page.folded, found.end())
            and asserted(page, found.start())
        ):
            yield statement(page, found.start(), found.end())
    yield from answered(page)


def meant(digits: re.Match[str]) -> str:
    return digits.group().translate(str.maketrans("01", "ol"))


def answered(page: Page) -> Iterator[Finding]:
    """A form's question after allergies with a no behind it."""
    for answer in page.answers:
        start, end = answer.label
        asked = answer.says is Says.NO and ASKED.search(page.folded, start, end)
        if asked and not names_a_substance(page, answer.label) and not BUT.match(page.folded, answer.rest[0]):
            label = page.text[start:end]
            indent = len(label) - len(label.lstrip(" \t-*."))
            yield statement(page, start + indent, start + len(label.rstrip(" \t.:?_|-")))


def asserted(page: Page, place: int) -> bool:
    """It is said of the patient: not asked, not of somebody else's."""
    answer = page.answer(place)
    return answer is None or answer.says in (Says.YES, Says.TEXT, Says.NO)


def names_a_substance(page: Page, span: tuple[int, int]) -> bool:
    return any(page.mentions_in(span, kind) for kind in (Kind.ALLERGY, Kind.MEDICATION))


def statement(page: Page, start: int, end: int) -> Finding:
    code = NO_KNOWN_DRUG_ALLERGY if OF_DRUGS.search(page.folded, start, end) else NO_KNOWN_ALLERGY
    return Finding(
        kind=Kind.ALLERGY,
        text=page.text[start:end],
        coding=vocabulary().by_code[code].coding,
        assertion=Assertion.PRESENT,
        confidence=SURE,
        page=page.number,
        span=(start, end),
    )
