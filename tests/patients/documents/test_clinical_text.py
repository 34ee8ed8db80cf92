"""Which texts are worth a clinical reading."""

import pytest

from patients.documents.clinical_text import is_clinical


@pytest.mark.parametrize(
    ("text", "clinical"),
    [
        ("Metformin 1000 mg twice daily", False),
        ("Metformin 1000 mg twice daily. " * 4, True),
        ("MEDICAL HISTORY\nMEDICATIONS\nALLERGIES AND REACTIONS\nExamination and Imaging\n" * 3, False),
        ("Medical history:\nplease see over:\nMedications taken now:\n" * 4, False),
        ("MEDICAL HISTORY\n" * 8 + "The right knee hurts on stairs.", True),
        ("خشونة شديدة في مفصل الركبة\n" * 5, True),
    ],
)
def test_headings_alone_are_not_clinical(text: str, clinical: bool) -> None:
    assert is_clinical(text) is clinical
