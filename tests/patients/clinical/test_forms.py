"""Forms: an answer belongs to its own line and to its own question."""

import pytest

from tests.patients.clinical.reading import said

LINES = [
    ("Angina ......... NO", [("I20.9", "negated")]),
    ("High blood pressure ............ YES", [("I10", "present")]),
    ("Diabetes\tno", [("E11", "negated")]),
    ("Diabetes    Yes", [("E11", "present")]),
    ("Diabetes no", [("E11", "negated")]),
    ("| Epilepsy | no | |", [("G40.909", "negated")]),
    ("Epilepsy: N", [("G40.909", "negated")]),
    ("HTN: Y, DM: N", [("I10", "present"), ("E11", "negated")]),
    ("HTN (+), DM (-)", [("I10", "present"), ("E11", "negated")]),
    ("Do you have asthma? No", [("J45.909", "negated")]),
    ("Gout ____ unknown", [("M10.9", "uncertain")]),
    ("Gout ........... ?", [("M10.9", "uncertain")]),
    ("Gout .............", []),
    ("Gout: Yes / No", []),
    ("Pregnant? n/a", []),
    ("[x] Asthma  [ ] Gout", [("J45.909", "present"), ("M10.9", "negated")]),
    ("Asthma [x]", [("J45.909", "present")]),
    ("Asthma: [ ] Yes  [x] No", [("J45.909", "negated")]),
    ("☒ Asthma ☐ Gout", [("J45.909", "present"), ("M10.9", "negated")]),
    ("Stroke ............ YES 2015", [("I63.9", "historical")]),
    ("Stroke ............ YES", [("I63.9", "historical")]),
    ("Stroke or gout: yes", [("I63.9", "uncertain"), ("M10.9", "uncertain")]),
    ("Asthma / COPD ............ YES (asthma)", [("J45.909", "present")]),
    ("Depression / anxiety ............ past depression, none now", [("F32.A", "historical")]),
    ("Thyroid problems .......... YES underactive", [("E03.9", "present")]),
    ("Asma ............. SÍ", [("J45.909", "present")]),
    ("Diabetes: no medication yet", [("E11", "present")]),
    ("Asthma: no recent attacks", [("J45.909", "present")]),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_a_line_says_what_was_answered(line: str, expected: list[tuple[str, str]]) -> None:
    assert said(line) == expected


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_no_answer_reaches_the_next_line_or_the_one_before(line: str, expected: list[tuple[str, str]]) -> None:
    assert said(f"Migraine\n{line}\nPsoriasis") == [("G43.909", "present"), *expected, ("L40.9", "present")]


def test_a_mark_stands_in_the_column_of_yes_or_of_no() -> None:
    form = "                 Yes    No\nAsthma            X\nGout                     X\n"
    assert said(form) == [("J45.909", "present"), ("M10.9", "negated")]


def test_relatives_in_a_table_have_what_stands_in_their_row() -> None:
    table = "Mother | diabetes | 60\nFather: stroke\nAsthma - sister\nGout"
    assert said(table) == [("E11", "family"), ("I63.9", "family"), ("J45.909", "family"), ("M10.9", "present")]
