"""Text in columns is read column by column; a table's rows stay together, whatever stands beside them."""

from __future__ import annotations

import random
import textwrap

import pytest

from patients.documents.lines import lines
from patients.documents.pieces import Piece

HEIGHT, STEP, LETTER = 36, 43, 15.5
LEFT, RIGHT = 100, 900

WORDS = (
    "the patient had suffered from pain in her left groin for three years and walking was possible for about two "
    "hundred metres with one crutch while physiotherapy and other medicines gave no lasting relief at all"
).split()
NAMES = ("Hemoglobin", "Hematocrit", "Leukocytes", "Platelets", "Sodium", "Creatinine, serum")
CELLS = [
    ("11.4", "g/dL", "12.0-16.0"),
    ("34.1", "%", "36-46"),
    ("7.8", "10^9/L", "4-10"),
    ("251", "10^9/L", "150-400"),
    ("139", "mmol/L", "136-145"),
    ("1.31", "mg/dL", "0.6-1.1"),
]
LABORATORY = [(name, *cells) for name, cells in zip(NAMES, CELLS, strict=True)]


def text(seed: int, rows: int, width: int = 40) -> list[str]:
    """Lines of running text, each at most `width` characters long."""
    draw = random.Random(seed)
    return textwrap.wrap(" ".join(draw.choice(WORDS) for _ in range(rows * 9)), width)[:rows]


def column(written: list[str], left: float = LEFT, top: float = 0) -> list[Piece]:
    """Lines below each other; where one is empty, there is a gap."""
    return [box(line, left, top + STEP * at) for at, line in enumerate(written) if line]


def table(rows: list[tuple[str, ...]], at: tuple[float, ...], top: float = 0) -> list[Piece]:
    return [
        box(cell, left, top + STEP * row)
        for row, cells in enumerate(rows)
        for cell, left in zip(cells, at, strict=True)
    ]


def box(written: str, left: float, top: float) -> Piece:
    right, bottom = left + LETTER * len(written), top + HEIGHT
    return Piece(written, 1.0, ((left, top), (right, top), (right, bottom), (left, bottom)))


def across(rows: list[tuple[str, ...]]) -> list[str]:
    return [" ".join(row) for row in rows]


A, B, C = text(1, 14), text(2, 11), text(3, 9)
NARROW = [text(seed, 12, 26) for seed in (4, 5, 6)]
WIDE_TABLE = (LEFT, 600, 800, 1020)
TITLE = ["Discharge letter of the department of orthopaedics, written on the ninth of March for her doctor"]
COUNTED = [[f"{side} column, line number {number}" for number in range(8)] for side in ("Left", "Right")]
SECTIONS = [
    [
        "DIAGNOSIS",
        "Osteoarthritis, right knee",
        "Type 2 diabetes mellitus",
        "MEDICATION",
        "Metformin 1000 mg twice daily",
    ],
    ["HISTORY", "Pain for six years, on stairs", "ALLERGIES", "Penicillin (rash)", "Total knee arthroplasty planned"],
]


@pytest.mark.parametrize(
    ("pieces", "read"),
    {
        "two": (column(A) + column(B, RIGHT), A + B),
        "the right one longer": (column(B) + column(A, RIGHT), B + A),
        "lines not on one height": (column(A) + column(B, RIGHT, 17), A + B),
        "the right one begins higher": (column(A, top=20) + column(B, RIGHT), A + B),
        "three": (
            [piece for at, part in enumerate(NARROW) for piece in column(part, 100 + 500 * at)],
            NARROW[0] + NARROW[1] + NARROW[2],
        ),
        "under a title": (column(TITLE) + column(A, top=80) + column(B, RIGHT, 80), TITLE + A + B),
        "over a table": (
            column(A) + column(B, RIGHT) + table(LABORATORY, WIDE_TABLE, 14 * STEP),
            A + B + across(LABORATORY),
        ),
        "under a table": (
            table(LABORATORY, WIDE_TABLE) + column(A, top=7 * STEP) + column(B, RIGHT, 7 * STEP),
            across(LABORATORY) + A + B,
        ),
        "a table in the right one": (
            column(A) + table(LABORATORY, (900, 1200, 1300, 1430)),
            A + across(LABORATORY),
        ),
        "over a signature": (
            column(A) + column(B, RIGHT) + [box("Dr. Helen Marsh", LEFT, 18 * STEP)],
            [*A, *B, "Dr. Helen Marsh"],
        ),
        "with gaps between paragraphs": (
            column([*A[:5], "", *A[5:9]]) + column([*B[:6], "", *B[6:]], RIGHT),
            A[:9] + B,
        ),
        "with gaps beside each other": (
            column([*A[:5], "", *A[5:9]]) + column([*B[:5], "", *B[5:]], RIGHT),
            A[:9] + B,
        ),
        "with headings and short lines": (column(SECTIONS[0]) + column(SECTIONS[1], RIGHT), SECTIONS[0] + SECTIONS[1]),
        "with a number in every line": (column(COUNTED[0]) + column(COUNTED[1], RIGHT), COUNTED[0] + COUNTED[1]),
    }.values(),
)
def test_columns_are_read_one_after_the_other(pieces: list[Piece], read: list[str]) -> None:
    assert lines(pieces) == read


FORM = [
    ("Name:", "Maria Gonzalez"),
    ("Smoking status:", "never smoker"),
    ("Allergies known:", "penicillin with rash"),
    ("Occupation now:", "teacher at a school"),
    ("Lives with her:", "husband and a dog"),
    ("Reason for it:", "pain of the right knee"),
]
ECHO = [
    ("Left ventricular ejection fraction", "mildly reduced, 45 %"),
    ("Left atrium, diameter", "enlarged at 48 mm"),
    ("Mitral valve function", "moderate regurgitation"),
    ("Aortic valve function", "no stenosis, no leak"),
    ("Right ventricle and pressure", "normal size and function"),
    ("Pericardium and effusion", "no effusion seen"),
]
YEARS = [
    ("2009", "appendectomy without complications"),
    ("2015", "fracture of the left wrist, plaster"),
    ("2019", "arthroscopy of the right knee, medial"),
    ("2022", "first injection of hyaluronic acid"),
    ("2024", "second injection and physiotherapy"),
]
MEDICINES = [
    ("Metformin 1000 mg tablets", "one in the morning and evening"),
    ("Lisinopril 10 mg tablets", "one in the morning"),
    ("Ibuprofen 400 mg tablets", "as needed, at most three"),
    ("Atorvastatin 20 mg tablets", "one in the evening"),
    ("Aspirin 100 mg tablets", "one with breakfast"),
]
VIRUSES = [
    ("HIV antibodies, screening", "NEGATIVE"),
    ("Hepatitis B surface antigen", "NEGATIVE"),
    ("Hepatitis C antibodies", "POSITIVE"),
    ("Syphilis, TPHA screening", "NEGATIVE"),
    ("Rubella antibodies IgG", "IMMUNE"),
]
REMARKS = [
    "within the normal range for age",
    "slightly low, please control soon",
    "normal result, no action needed",
    "normal result, as before in May",
    "normal result, as before in May",
    "raised, as known from before it",
]


@pytest.mark.parametrize(
    ("rows", "at"),
    {
        "a laboratory report": (LABORATORY, WIDE_TABLE),
        "a narrow one": (LABORATORY, (100, 400, 500, 620)),
        "with remarks": (
            [(*row, remark) for row, remark in zip(LABORATORY, REMARKS, strict=True)],
            (100, 400, 500, 620, 900),
        ),
        "two beside each other": (
            [left + right for left, right in zip(LABORATORY, reversed(LABORATORY), strict=True)],
            (100, 380, 480, 600, 900, 1180, 1280, 1400),
        ),
        "a form": (FORM, (100, 600)),
        "findings in words": (ECHO, (100, 900)),
        "years": (YEARS, (100, 300)),
        "medicines and how they are taken": (MEDICINES, (100, 700)),
        "findings in capitals": (VIRUSES, (100, 900)),
    }.values(),
)
def test_rows_of_a_table_stay_together(rows: list[tuple[str, ...]], at: tuple[float, ...]) -> None:
    assert lines(table(rows, at)) == across(rows)


def test_labels_stay_with_the_first_line_of_what_they_name() -> None:
    parts = {
        "Diagnosis": text(7, 3, 60),
        "History": text(8, 4, 60),
        "Findings": text(9, 4, 60),
        "Plan": text(10, 3, 60),
    }
    rows = [(label if at == 0 else "", line) for label, part in parts.items() for at, line in enumerate(part)]
    pieces = [piece for piece in table(rows, (100, 400)) if piece.text]
    assert lines(pieces) == [" ".join(filter(None, row)) for row in rows]


def test_the_last_line_of_a_paragraph_is_no_row_of_a_table() -> None:
    left, right = [*A[:6], "and short", *A[6:9]], [*B[:6], "5 mg a day", *B[6:9]]
    assert lines(column(left) + column(right, RIGHT)) == left + right
