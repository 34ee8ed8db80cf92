"""The data files are what the code takes them for."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from patients.clinical.abbreviations import ambiguous
from patients.clinical.assertions import triggers
from patients.clinical.findings import CPT, ICD10CM, LOINC, RXNORM, SNOMED, Kind
from patients.clinical.no_allergy import NO_KNOWN_ALLERGY, NO_KNOWN_DRUG_ALLERGY
from patients.clinical.vocabulary import OWN_SYSTEMS, vocabulary

SHAPES = {
    ICD10CM: r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    LOINC: r"\d{3,5}-\d",
    RXNORM: r"\d{2,7}",
    CPT: r"\d{5}",
    SNOMED: r"\d{9}",
    **dict.fromkeys(OWN_SYSTEMS.values(), r"[a-z-]+"),
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


def test_every_icd_code_is_one_and_says_what_icd_says() -> None:
    """The displays are ICD-10-CM's own, so that a wrong number can't stand beside right words."""
    ours = {c.code: c.display for _, c in vocabulary().codings() if c.system == ICD10CM}
    assert sorted(code for code in ours if code not in icd() and code[:-1].rstrip("X") not in icd()) == []
    assert {code: said for code, said in ours.items() if code in icd() and said != icd()[code]} == {}


def test_every_code_of_an_encounter_begins_as_its_injury_is_called() -> None:
    """ICD-10-CM adds a seventh sign to an injury's code, and its words to the injury's."""
    injuries = {c.code: c.display for _, c in vocabulary().codings() if c.system == ICD10CM and c.code not in icd()}
    assert injuries
    assert [c for c, said in injuries.items() if not said.startswith(icd()[c[:-1].rstrip("X")])] == []


@cache
def icd() -> dict[str, str]:
    """ICD-10-CM's codes and names, of the tables that a development dependency brings (it is not imported)."""
    package = importlib.util.find_spec("simple_icd_10_cm")
    assert package is not None
    assert package.origin is not None
    (table,) = (Path(package.origin).parent / "data").glob("icd10c-tabular-*.xml")
    found = ElementTree.parse(table).iter("diag")  # noqa: S314 - a file of ours, not a stranger's
    return {str(one.findtext("name")): str(one.findtext("desc")) for one in found}


def test_snomed_says_only_that_no_allergy_is_known() -> None:
    codes = {c.code for _, c in vocabulary().codings() if c.system == SNOMED}
    assert codes == {NO_KNOWN_ALLERGY, NO_KNOWN_DRUG_ALLERGY}


def test_a_medicine_s_code_is_of_one_medicine() -> None:
    codes = [e.coding.code for e in vocabulary().entries if e.kind is Kind.MEDICATION and e.coding]
    assert len(codes) == len(set(codes))


def test_an_ambiguous_abbreviation_is_told_apart_by_words_of_its_own() -> None:
    for written, line in ambiguous().items():
        meanings = [near for _, near in line["meanings"]]
        assert all(meanings), written


def test_every_site_has_an_entry() -> None:
    known = vocabulary()
    targets = {code for entry in known.entries for code in entry.facts.get("sites", {}).values()}
    assert targets <= known.by_code.keys()


def test_what_has_siblings_is_coded() -> None:
    assert [
        e.display for e in vocabulary().entries if e.coding is None and {"sides", "stages", "units"} & e.facts.keys()
    ] == []


def test_no_term_means_two_things_of_one_kind() -> None:
    """But what a combination's name stands for, what was operated on, and abbreviations that the context decides."""
    seen: dict[tuple[Kind, tuple[str, ...], bool], str] = {}
    for candidates in vocabulary().terms.values():
        for term in candidates:
            if term.part[1] == 1 and term.abbreviation not in ambiguous():
                key = (term.entry.kind, term.words, term.operated)
                assert seen.setdefault(key, term.entry.display) == term.entry.display, term.words


def test_there_is_enough_of_each() -> None:
    kinds = [entry.kind for entry in vocabulary().entries]
    least = {"condition": 600, "medication": 500, "allergy": 19, "observation": 140, "procedure": 150}
    assert [kind for kind in Kind if kinds.count(kind) < least[kind.value]] == []


def test_triggers_are_known_by_their_first_word() -> None:
    assert "denies" in triggers()
    assert "niega" in triggers()
