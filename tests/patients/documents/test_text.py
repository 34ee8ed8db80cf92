"""A PDF's own text is read without looking at it."""

from pathlib import Path

import pytest

from patients.documents.faults import Broken, Encrypted, TooManyPages, Unreadable
from patients.documents.text import needs_ocr, pdf_text, tidied
from tests.data import letters, minimal_pdf

DATA = Path(__file__).parents[2] / "data"


def test_a_digital_report_reads_as_it_was_written() -> None:
    (page,) = pdf_text(DATA / "knee-report.pdf")
    lines = page.splitlines()
    assert "Unilateral primary osteoarthritis, right knee." in lines
    assert "HbA1c 7.1 % 4.0\N{EN DASH}5.6" in lines
    assert "Metformin 1000 mg twice daily" in lines


def test_a_scan_has_no_text_of_its_own() -> None:
    assert pdf_text(DATA / "scanned-knee-report.pdf") == [""]


@pytest.mark.parametrize(
    ("name", "fault"),
    [("encrypted.pdf", Encrypted), ("broken.pdf", Broken), ("51-pages.pdf", TooManyPages)],
)
def test_a_pdf_that_cannot_be_read_says_why(name: str, fault: type[Unreadable]) -> None:
    with pytest.raises(fault):
        pdf_text(DATA / name)


def test_fifty_pages_are_read(tmp_path: Path) -> None:
    page = minimal_pdf.text_page([letters.words("One of fifty")])
    (tmp_path / "fifty.pdf").write_bytes(minimal_pdf.text_pdf([page] * 50))
    assert pdf_text(tmp_path / "fifty.pdf") == ["One of fifty"] * 50


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("", True),
        ("x" * 49, True),
        ("x" * 50, False),
        (" " * 60 + "x" * 49 + " " * 60, True),
        ("x" * 10 + "." * 90, False),
        ("x" * 9 + "." * 91, True),
        ("a b" + " " * 500 + "x" * 50, False),
        ("المريضة تعاني من خشونة شديدة في مفصل الركبة اليمنى منذ سنوات", False),
    ],
)
def test_little_text_or_little_but_signs_needs_a_look(text: str, needed: bool) -> None:
    assert needs_ocr(text) is needed


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("one\r\ntwo \r\n", "one\ntwo"),
        ("a\x00b\ud800c\x0cd", "abc\nd"),
        ("osteo\ufffearthritis", "osteoarthritis"),
        ("Kellgren\ufffeLawrence, X\x02ray, non\ufffesmoker", "Kellgren-Lawrence, X-ray, non-smoker"),
        ("HbA1c\t7.1 %", "HbA1c 7.1 %"),
    ],
)
def test_what_postgres_and_people_cannot_read_is_left_out(raw: str, text: str) -> None:
    assert tidied(raw) == text
