"""What people call a procedure, and which one they mean."""

from __future__ import annotations

import pytest

from patients.matching.procedures import procedure_codes, procedures


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Total knee replacement, right", ("27447",)),
        ("replacement of my left knee", ("27447",)),
        ("TKR", ("27447",)),
        ("27447", ("27447",)),
        ("Partial knee replacement", ("27446",)),
        ("Coronary artery bypass", ("33533",)),
        ("Hip replacement", ("27130",)),
        ("gastric bypass", ("43644",)),
        ("hip replacement and knee arthroscopy", ("27130", "29881")),
        ("Prótesis total de rodilla derecha", ("27447",)),
        ("reemplazo de cadera", ("27130",)),
        ("cirugía de cataratas", ("66984",)),
        ("استبدال مفصل الركبة اليمنى", ("27447",)),
        ("إستبدال الرّكبة", ("27447",)),
        ("عملية قلب مفتوح", ("33533",)),
        ("knee surgery", ()),
        ("a new nose", ()),
        ("", ()),
    ],
)
def test_words_become_codes(text: str, codes: tuple[str, ...]) -> None:
    assert procedure_codes(text) == codes


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_every_procedure_is_understood_by_the_name_it_is_shown_under(locale: str) -> None:
    assert {code: procedure_codes(one.name(locale)) for code, one in procedures().items()} == {
        code: (code,) for code in procedures()
    }


def test_every_synonym_names_its_procedure_and_no_other() -> None:
    for code, one in procedures().items():
        for synonym in one.synonyms:
            assert procedure_codes(" ".join(synonym)) == (code,)
