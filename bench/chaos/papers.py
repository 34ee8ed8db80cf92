"""Invented reports as small PDFs with a text layer, made by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

CONDITIONS = {
    "Type 2 diabetes mellitus": "Type 2 diabetes mellitus",
    "Essential hypertension": "Essential (primary) hypertension",
    "Unilateral primary osteoarthritis, right knee": "Unilateral primary osteoarthritis, right knee",
    "Asthma": "Unspecified asthma, uncomplicated",
    "Hypothyroidism": "Hypothyroidism, unspecified",
    "Atrial fibrillation": "Unspecified atrial fibrillation",
    "Gout": "Gout, unspecified",
}
MEDICINES = {
    "Metformin 1000 mg twice daily": "metformin",
    "Lisinopril 10 mg once daily": "lisinopril",
    "Ibuprofen 400 mg as needed": "ibuprofen",
    "Atorvastatin 20 mg once daily": "atorvastatin",
    "Levothyroxine 50 mcg once daily": "levothyroxine",
}
ALLERGIES = {"Penicillin (rash)": "penicillin", "No known allergies": "No known allergy"}
"""What a report may say → what ICD-10-CM, RxNorm and SNOMED CT call it."""

SMALLEST = 1100
"""Bytes: a little more than the least that is taken."""


class Paper(NamedTuple):
    """A file's bytes, and what it says of its patient, as the record will display it."""

    body: bytes
    says: tuple[str, ...] = ()


def report(draw: random.Random) -> Paper:
    """A consultation's report with findings drawn anew."""
    number = draw.randrange(10**6)
    conditions, medicines = draw.sample([*CONDITIONS], 2), draw.sample([*MEDICINES], 2)
    allergy = draw.choice([*ALLERGIES])
    lines = [
        "Lakeside Clinic - INVENTED SAMPLE, NOT A REAL PERSON",
        f"Consultation report no. {number}",
        "DIAGNOSIS",
        *(f"{name}." for name in conditions),
        "MEDICATIONS",
        *medicines,
        "ALLERGIES",
        allergy,
    ]
    shown = {**CONDITIONS, **MEDICINES, **ALLERGIES}
    return Paper(_pdf(lines), tuple(shown[name] for name in (*conditions, *medicines, allergy)))


def torn(draw: random.Random) -> Paper:
    """What calls itself a PDF and can't be opened."""
    return Paper(b"%PDF-1.4\n" + draw.randbytes(SMALLEST))


def _pdf(lines: Sequence[str]) -> bytes:
    text = "".join(f"BT /F1 11 Tf 64 {720 - 18 * at} Td ({_escaped(line)}) Tj ET\n" for at, line in enumerate(lines))
    content = text.encode("ascii")
    resources = b"<< /Font << /F1 3 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources %s /Contents 5 0 R >>" % resources,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    body += b"%" + b" " * max(0, SMALLEST - len(body)) + b"\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (size, table, size)
    return body + end + b"startxref\n%d\n%%%%EOF\n" % len(body)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
