"""Invented reports as small PDFs with a text layer, made by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence

CONDITIONS = (
    "Type 2 diabetes mellitus",
    "Essential hypertension",
    "Unilateral primary osteoarthritis, right knee",
    "Asthma",
    "Hypothyroidism",
    "Atrial fibrillation",
    "Gout",
)
MEDICINES = (
    "Metformin 1000 mg twice daily",
    "Lisinopril 10 mg once daily",
    "Ibuprofen 400 mg as needed",
    "Atorvastatin 20 mg once daily",
    "Levothyroxine 50 mcg once daily",
)
SMALLEST = 1100
"""Bytes: a little more than the least that is taken."""


def report(draw: random.Random) -> bytes:
    """A consultation's report with findings drawn anew."""
    lines = [
        "Lakeside Clinic - INVENTED SAMPLE, NOT A REAL PERSON",
        f"Consultation report no. {draw.randrange(10**6)}",
        "DIAGNOSIS",
        *(f"{name}." for name in draw.sample(CONDITIONS, 2)),
        "MEDICATIONS",
        *draw.sample(MEDICINES, 2),
        "ALLERGIES",
        draw.choice(["Penicillin (rash)", "No known allergies"]),
    ]
    return _pdf(lines)


def torn(draw: random.Random) -> bytes:
    """What calls itself a PDF and can't be opened."""
    return b"%PDF-1.4\n" + draw.randbytes(SMALLEST)


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
