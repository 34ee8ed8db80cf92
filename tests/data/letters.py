"""What the sample documents say. Every person, clinic and number here is invented.

A letter is a list of `Line`s; where it is drawn (a scan, a digital PDF, a photograph) is not its business.
"""

from dataclasses import dataclass

MARK = "INVENTED SAMPLE - NOT A REAL PERSON"
DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Line:
    """One row of a page: cells at fractions 0..1 of the text width, and how it is dressed."""

    cells: tuple[tuple[float, str], ...]
    size: float = 1.0
    bold: bool = False
    after: float = 0.0
    """Extra space below, in line heights."""
    rule: bool = False
    """A thin line below the row, as under a table's head."""


def words(text: str, *, after: float = 0.0) -> Line:
    return Line(((0.0, text),), after=after)


def heading(text: str) -> Line:
    return Line(((0.0, text),), bold=True)


def row(*cells: str, bold: bool = False, after: float = 0.0) -> Line:
    return Line(tuple(zip((0.02, 0.34, 0.54, 0.76), cells, strict=False)), bold=bold, after=after, rule=True)


KNEE_REPORT = [
    Line(((0.0, "Lakeside Orthopaedic Clinic"),), size=1.7, bold=True, after=0.25),
    Line(((0.0, "410 Harbor View Road, Springfield"), (0.68, "Tel. 555-0142")), after=0.2, rule=True),
    Line(((0.0, MARK),), size=0.85, bold=True, after=0.6),
    Line(((0.0, "Orthopaedic Consultation Report"), (0.68, "Date: 12 May 2025")), bold=True, after=0.5),
    Line(((0.0, "Patient: Maria Gonzalez"), (0.5, "Date of birth: 14 March 1964"))),
    Line(((0.0, "Record no.: LOC-20417"), (0.5, "Sex: female")), after=0.6),
    heading("DIAGNOSIS"),
    words("Unilateral primary osteoarthritis, right knee."),
    words("Kellgren-Lawrence grade 4."),
    words("Type 2 diabetes mellitus. Essential hypertension.", after=0.5),
    heading("HISTORY"),
    words("Progressive pain in the right knee for six years, worse on stairs and at night."),
    words("Walking distance is now about 300 metres. Physiotherapy and two injections"),
    words("gave only short relief. No history of deep vein thrombosis."),
    words("Family history: her mother had rheumatoid arthritis.", after=0.5),
    heading("EXAMINATION"),
    words("Right knee: varus alignment, flexion 95 degrees, crepitus, stable ligaments."),
    words("X-ray, right knee: complete loss of the medial joint space, large"),
    words("osteophytes and subchondral sclerosis, Kellgren-Lawrence grade 4.", after=0.5),
    heading("MEDICATIONS"),
    words("Metformin 1000 mg twice daily"),
    words("Lisinopril 10 mg once daily"),
    words("Ibuprofen 400 mg as needed", after=0.5),
    heading("ALLERGIES"),
    words("Penicillin (rash)", after=0.5),
    heading("LABORATORY, 8 May 2025"),
    row("Test", "Result", "Unit", "Reference", bold=True),
    row("HbA1c", "7.1", "%", f"4.0{DASH}5.6"),
    row("Hemoglobin", "13.2", "g/dL", f"12.0{DASH}16.0"),
    row("Creatinine", "0.9", "mg/dL", f"0.6{DASH}1.1", after=0.5),
    heading("ASSESSMENT AND PLAN"),
    words("End-stage osteoarthritis of the right knee after failed conservative treatment."),
    words("The patient is considered for total knee arthroplasty of the right knee."),
    words("HbA1c should be below 7.5 % before surgery. Next visit in six weeks.", after=0.9),
    words("Dr. Helen Marsh, Orthopaedic Surgery"),
]

CARDIAC_NOTE = [
    Line(((0.0, "Northgate Family Practice"),), size=1.6, bold=True, after=0.3),
    Line(((0.0, MARK),), size=0.85, bold=True, after=0.8),
    words("Patient: Maria Gonzalez", after=0.4),
    heading("Medication plan"),
    words("Metformin 1000 mg twice daily"),
    words("Lisinopril 10 mg once daily", after=0.5),
    heading("Allergies"),
    words("Penicillin: rash, moderate", after=0.5),
    words("Blood pressure today 138/84 mmHg."),
    words("Fit for a surgical consultation abroad.", after=0.8),
    words("Dr. Ruth Adler"),
]

LONG_FAX = [
    [
        Line(((0.0, f"Nursing notes, page {number} of 4"),), size=1.3, bold=True, after=0.4),
        words(f"Patient: Grace Whitfield. {MARK.capitalize()}."),
        row("Hemoglobin", value, "g/dL", f"12.0{DASH}16.0"),
        row("Potassium", other, "mmol/L", f"3.5{DASH}5.1"),
    ]
    for number, value, other in ((1, "9.8", "4.1"), (2, "10.4", "3.9"), (3, "10.9", "4.4"), (4, "11.6", "4.2"))
]

FAX_PAGES = [
    [
        Line(((0.0, "Physiotherapy Discharge Note"),), size=1.4, bold=True, after=0.5),
        words("Patient: Maria Gonzalez. " + MARK.capitalize() + "."),
        words("Twelve sessions for the right knee were completed."),
        words("Quadriceps strength improved, pain did not."),
    ],
    [
        Line(((0.0, "Page two: measurements"),), size=1.4, bold=True, after=0.5),
        words("Knee flexion 95 degrees, extension deficit 10 degrees."),
        words("Six minute walk test: 290 metres."),
    ],
]
