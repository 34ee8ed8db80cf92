"""The data files are what the code takes them for."""

import re

from patients.clinical.assertions import triggers
from patients.clinical.findings import CPT, ICD10CM, LOINC, RXNORM, Kind
from patients.clinical.vocabulary import OWN_SYSTEM, vocabulary

SHAPES = {
    ICD10CM: r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    LOINC: r"\d{3,5}-\d",
    RXNORM: r"\d{2,7}",
    CPT: r"\d{5}",
    OWN_SYSTEM: r"[a-z-]+",
}


def test_every_code_has_its_system_s_shape() -> None:
    wrong = [c for _, c in vocabulary().codings() if not re.fullmatch(SHAPES[c.system], c.code)]
    assert wrong == []


def test_every_loinc_code_ends_in_its_check_digit() -> None:
    """Luhn's (mod 10), as LOINC's users' guide says."""
    codes = [c.code for _, c in vocabulary().codings() if c.system == LOINC]
    assert [code for code in codes if check_digit(code.split("-")[0]) != int(code[-1])] == []


def check_digit(number: str) -> int:
    doubled = [int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(reversed(number))]
    return -sum(sum(divmod(value, 10)) for value in doubled) % 10


def test_every_site_has_an_entry() -> None:
    known = vocabulary()
    targets = {code for entry in known.entries for code in entry.facts.get("sites", {}).values()}
    assert targets <= known.by_code.keys()


def test_what_has_siblings_is_coded() -> None:
    assert [
        e.display for e in vocabulary().entries if e.coding is None and {"sides", "stages", "units"} & e.facts.keys()
    ] == []


def test_no_term_means_two_things_of_one_kind() -> None:
    seen: dict[tuple[Kind, tuple[str, ...]], str] = {}
    for candidates in vocabulary().terms.values():
        for term in candidates:
            first = seen.setdefault((term.entry.kind, term.words), term.entry.display)
            assert first == term.entry.display, term.words


def test_there_is_enough_of_each() -> None:
    kinds = [entry.kind for entry in vocabulary().entries]
    assert {kind.value: kinds.count(kind) for kind in Kind} == {
        "condition": 198,
        "medication": 216,
        "allergy": 17,
        "observation": 76,
        "procedure": 61,
    }


def test_triggers_are_known_by_their_first_word() -> None:
    assert "denies" in triggers()
    assert "niega" in triggers()
