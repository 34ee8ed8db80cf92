"""Which procedure somebody is looking for, as a message says it."""

from __future__ import annotations

from patients.chat import grammar
from patients.chat.intents import Intent
from patients.chat.phrases import COMMA
from patients.chat.wording import clauses, plain, sentences
from patients.clinical.findings import Assertion, Finding, Findings, Kind
from patients.matching.procedures import procedure_codes, procedures

SIDES = ("both", "left", "right")
SIDE_NAMES = {
    "en": {"left": "left", "right": "right", "both": "both sides"},
    "es": {"left": "izquierda", "right": "derecha", "both": "ambos lados"},
    "ar": {"left": "اليسرى", "right": "اليمنى", "both": "الجهتان"},
}
LONGEST = 200
SHORTEST_WORDS = 3


def procedure_in(
    message: str, findings: Findings, *, asked: bool, known: str, intent: Intent, locale: str
) -> str | None:
    """The procedure as the record keeps it: "Total knee replacement, right". None when the message names none.

    `known`: what the record says so far; it is changed only by a clarification or a new wish.
    """
    text = plain(message)
    clarifies = intent is Intent.PROCEDURE_CLARIFICATION
    codes = _wanted(text, asked=asked or clarifies)
    if codes:
        return _named(codes[0], _side(text) or _side(plain(known)), locale, known)
    if clarifies and known and (side := _side(text)):
        code = next(iter(procedure_codes(known)), None)
        return _named(code, side, locale, known) if code else None
    # One that matching does not know is a wish all the same.
    return next((_display(one) for one in findings if _is_planned(one)), None) if not known else None


def without_wishes(findings: Findings, *, told: bool) -> Findings:
    """Without the operations that somebody only wants; with `told`, a bare name is the answer to what they want."""
    wishes = WISHES | {Assertion.PRESENT} if told else WISHES
    return Findings(tuple(one for one in findings if one.kind is not Kind.PROCEDURE or one.assertion not in wishes))


def own_words(message: str) -> str | None:
    """An answer that names nothing we know is kept as it was given; None when it is hardly one."""
    words = " ".join(message.split())[:LONGEST]
    return words if sum(char.isalpha() for char in words) >= SHORTEST_WORDS else None


def _wanted(text: str, *, asked: bool) -> tuple[str, ...]:
    """The procedures of the clauses that tell a wish; of what was done once, none."""
    found: tuple[str, ...] = ()
    for sentence in sentences(text):
        for clause in clauses(sentence):
            wished = asked or grammar.says("wish", clause)
            if wished and not grammar.says("done", clause):
                found += procedure_codes(clause)
    return found


def _side(text: str) -> str | None:
    return next((side for side in SIDES if grammar.says(side, text)), None)


def _named(code: str, side: str | None, locale: str, known: str) -> str | None:
    name = procedures()[code].name(locale)
    told = name[:1].upper() + name[1:]
    if side is not None and procedures()[code].family in SIDED:
        told += f"{COMMA.get(locale, ', ')}{SIDE_NAMES.get(locale, SIDE_NAMES['en'])[side]}"
    # The same procedure in other words is no change.
    same = procedure_codes(known)[:1] == (code,) and _side(plain(known)) == side
    return None if same else told


def _is_planned(finding: Finding) -> bool:
    return finding.kind is Kind.PROCEDURE and finding.assertion in WISHES


def _display(finding: Finding) -> str:
    return finding.coding.display if finding.coding else " ".join(finding.text.split())


WISHES = frozenset({Assertion.PLANNED})

SIDED = frozenset({"knee", "hip", "shoulder", "eye"})
"""Families of procedures that have a side."""
