"""What holds for any text whatever: it is read, in time, the same way each time, and nothing is made up."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patients.clinical.findings import ASSERTED
from tests.clinical.score import REPORTS
from tests.patients.clinical.reading import found

WORDS = """no NO yes Diabetes angina RA MS PE HbA1c 7.1 % BP 142/86 metformin Janumet 50/1000 mg BD allergies NKDA
penicillin (rash) mother risks including [x] [ ☐ .... ____ | : ? , ; ( ) - knee left TKR 2019 vesícula operaron de la
وأسبرين السكري لا hist0ryof 1OOO é ß İ"""
PIECES = (*WORDS.split(), "\t", "\n", "\n\n", "\f", "[ ]", ". . . . . .", "\x00", "\u200f")
FRAGMENTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60).map(" ".join)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(FRAGMENTS)
def test_every_finding_is_where_it_says_and_stays_what_it_is(text: str) -> None:
    findings = found(text)
    pages = text.split("\f")
    for finding in findings:
        assert finding.page is not None
        assert pages[finding.page - 1][slice(*finding.span)] == finding.text != ""
        assert finding.coding is None or finding.coding.code
        assert (finding in findings.asserted().findings) == (finding.assertion in ASSERTED)
    assert found(text) == findings


@settings(max_examples=6, deadline=None, suppress_health_check=SLOW)
@given(FRAGMENTS.filter(str.strip))
def test_a_fragment_over_and_over_is_read_in_time(fragment: str) -> None:
    text = (fragment + " ") * (20_000 // (len(fragment) + 1))
    began = time.process_time()
    found(text)
    assert time.process_time() - began < 20


@pytest.mark.timeout(120)
def test_two_hundred_thousand_letters_are_read() -> None:
    reports = "\n".join(path.read_text(encoding="utf-8") for path in sorted(REPORTS.glob("*.txt")))
    text = "".join(chr(33 + at * 7919 % 8_000) for at in range(150_000)) + reports * (50_000 // len(reports))
    assert len(text) > 190_000
    assert len(found(text)) > 100


SHAPES: dict[str, Callable[[int], str]] = {
    "names": lambda n: "diabetes " * (n // 9),
    "denials": lambda n: "no diabetes, " * (n // 13),
    "dots": lambda n: "angina " + "." * n,
    "boxes": lambda n: "[x] asthma [ ] " * (n // 15),
    "one word": lambda n: "historyofstroke" * (n // 15),
    "combinations": lambda n: "metformin/" * (n // 10),
    "abbreviations": lambda n: "RA MS PE CP " * (n // 12),
    "questions": lambda n: "do you have " * (n // 12),
    "denied allergies": lambda n: "no known drug food " * (n // 19),
    "fractions": lambda n: "HbA1c " + "1/" * (n // 2),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_ten_times_the_text_takes_no_hundred_times_as_long(shape: Callable[[int], str]) -> None:
    found("asthma")
    short, long = (seconds(shape(size)) for size in (2_000, 20_000))
    assert long < max(short, 0.05) * 40


def seconds(text: str) -> float:
    began = time.process_time()
    found(text)
    return time.process_time() - began
