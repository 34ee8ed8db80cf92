"""Pages whose every word is known. Every person, clinic and number here is invented."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from tests.data import letters, pages
from tests.data.letters import DASH, MARK, Line, heading, words

LETTER_200_DPI = (1700, 2200)
TEXT, SMALL = 31, 24
"""Pixels to the em: eleven points, and eight and a half."""

MARGIN = 150


@dataclass(frozen=True)
class Sheet:
    """A page: what is drawn on it, and its text in the order a person reads it; `rows` are the cells of its tables."""

    drawn: Image.Image
    lines: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def letter() -> Sheet:
    """An orthopaedic letter with a small laboratory table."""
    lines = tuple(map(line_of, letters.KNEE_REPORT))
    rows = tuple(cells_of(line) for line in letters.KNEE_REPORT if line.rule and len(line.cells) == 4)
    return Sheet(page_of(letters.KNEE_REPORT), lines, rows)


def laboratory() -> Sheet:
    """A laboratory report: five cells in a row, values that differ by one character."""
    table = [cells(*row) for row in LABORATORY]
    page = [*LABORATORY_HEAD, cells(*TABLE_HEAD, bold=True), *table]
    return Sheet(page_of(page), tuple(map(line_of, page)), tuple(LABORATORY))


def small_print() -> Sheet:
    """The same report in print of eight points and a half."""
    page = [*LABORATORY_HEAD, cells(*TABLE_HEAD, bold=True), *(cells(*row) for row in LABORATORY)]
    drawn = pages.drawn(page, size=LETTER_200_DPI, margin=MARGIN, text=SMALL)
    return Sheet(drawn, laboratory().lines, laboratory().rows)


def columns() -> Sheet:
    """A discharge letter in two columns of running text, under a title and above a table across the page."""
    table = [cells(*row) for row in LABORATORY[:4]]
    drawn = Image.new("L", LETTER_200_DPI, 255)
    top = pages.written(drawn, COLUMNS_HEAD, **PLACE, top=MARGIN) + TEXT
    for at, column in ((0.0, LEFT), (0.53, RIGHT)):
        below = pages.written(drawn, [Line(((at, text),)) for text in column], **PLACE, top=top)
    pages.written(drawn, table, **PLACE, top=below + TEXT)
    lines = (*map(line_of, COLUMNS_HEAD), *LEFT, *RIGHT, *map(line_of, table))
    return Sheet(drawn, lines, tuple(LABORATORY[:4]))


SHEETS = {"letter": letter, "laboratory": laboratory, "small print": small_print, "columns": columns}
PLACE = {"margin": MARGIN, "text": TEXT}


def page_of(lines: Sequence[Line]) -> Image.Image:
    return pages.drawn(lines, size=LETTER_200_DPI, **PLACE)


def line_of(line: Line) -> str:
    return " ".join(cells_of(line))


def cells_of(line: Line) -> tuple[str, ...]:
    return tuple(text.replace(DASH, "-") for _, text in line.cells)


def cells(*texts: str, bold: bool = False) -> Line:
    return Line(tuple(zip((0.0, 0.36, 0.5, 0.66, 0.9), texts, strict=False)), bold=bold, rule=True)


LABORATORY_HEAD = [
    Line(((0.0, "Harbor Road Laboratory"),), size=1.6, bold=True, after=0.3),
    Line(((0.0, MARK),), size=0.85, bold=True, after=0.5),
    Line(((0.0, "Patient: Omar Haddad"), (0.5, "Date of birth: 2 July 1958"))),
    Line(((0.0, "Sample no.: HR-88213"), (0.5, "Collected: 8 May 2025 07:40")), after=0.5),
    heading("COMPLETE RESULTS"),
]
TABLE_HEAD = ("Test", "Result", "Unit", "Reference", "Flag")
LABORATORY = [
    ("Hemoglobin", "11.4", "g/dL", "12.0-16.0", "L"),
    ("Hematocrit", "34.1", "%", "36.0-46.0", "L"),
    ("Leukocytes", "7.8", "10^9/L", "4.0-10.0"),
    ("Platelets", "251", "10^9/L", "150-400"),
    ("Sodium", "139", "mmol/L", "136-145"),
    ("Potassium", "5.3", "mmol/L", "3.5-5.1", "H"),
    ("Creatinine", "1.31", "mg/dL", "0.60-1.10", "H"),
    ("eGFR", "48", "mL/min", ">60", "L"),
    ("Glucose, fasting", "126", "mg/dL", "70-99", "H"),
    ("HbA1c", "7.1", "%", "4.0-5.6", "H"),
    ("ALT", "22", "U/L", "7-35"),
    ("AST", "19", "U/L", "10-35"),
    ("CRP", "<0.5", "mg/dL", "<0.5"),
    ("TSH", "2.41", "mIU/L", "0.40-4.00"),
    ("Vitamin D, 25-OH", "18", "ng/mL", "30-100", "L"),
    ("Cholesterol, total", "214", "mg/dL", "<200", "H"),
    ("LDL cholesterol", "131", "mg/dL", "<100", "H"),
    ("Triglycerides", "168", "mg/dL", "<150", "H"),
]
COLUMNS_HEAD = [
    Line(((0.0, "Northgate Hospital: discharge letter for Grace Whitfield"),), size=1.35, bold=True, after=0.2),
    words("Admitted on 3 March 2025 and discharged on 9 March 2025, Department of Orthopaedics."),
]
LEFT = (
    "DIAGNOSIS",
    "Primary osteoarthritis of the left hip,",
    "treated by total hip replacement on the",
    "fourth of March without complications.",
    "Essential hypertension. Iron deficiency",
    "anaemia before the operation.",
    "HISTORY",
    "The patient had suffered from pain in",
    "her left groin for three years. Walking",
    "was possible for about two hundred",
    "metres with one crutch. Physiotherapy",
    "and anti-inflammatory medicines gave",
    "no lasting relief. She does not smoke",
    "and lives alone on the second floor.",
)
RIGHT = (
    "COURSE",
    "The operation took seventy minutes in",
    "spinal anaesthesia. One unit of red",
    "cells was given on the second day. The",
    "wound was dry at all times. She walked",
    "with two crutches from the first day",
    "and climbed stairs before discharge.",
    "MEDICATION",
    "Rivaroxaban 10 mg once daily until the",
    "eighth of April, paracetamol 1000 mg",
    "three times daily as needed, ramipril",
    "5 mg once daily as before, ferrous",
    "sulfate 100 mg once daily for three",
    "months. Allergy: penicillin (rash).",
)
