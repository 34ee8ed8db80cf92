"""What a message is for, in three languages."""

from __future__ import annotations

import re

import pytest

from patients.chat import grammar
from patients.chat.intents import Intent, Subject, intent_of, subject_of

MEANT = {
    "match_request": """
        Find me hospitals
        Please show me some clinics in Turkey
        I'm ready to see my matches
        Busca hospitales para mí
        ابحث لي عن مستشفيات
        """,
    "document_upload": """
        I want to upload my MRI report
        Here are my lab results
        Quiero subir mi radiografía
        Le envío mis análisis
        أريد رفع تقرير الأشعة
        """,
    "question": """
        Should I stop taking metformin before surgery?
        How much does it cost?
        Is it dangerous to fly after surgery?
        What happens next?
        Who can see my records?
        Are you a doctor?
        ¿Debo dejar de tomar la metformina?
        ¿Cuánto cuesta la operación?
        هل العملية خطيرة؟
        كم تكلفة العملية؟
        """,
    "procedure_clarification": """
        Actually it's the left knee
        No, it is the hip, not the knee
        The left one
        En realidad es la rodilla izquierda
        في الواقع هي الركبة اليسرى
        """,
    "preference_update": """
        I would prefer Turkey or Thailand
        My budget is 10,000 dollars
        I want to travel within 3 months with my wife
        As soon as possible
        Preferiría ir a Turquía
        Mi presupuesto es de 12.000 euros
        Viajo con mi hija
        أفضل السفر إلى تركيا
        ميزانيتي 10000 دولار
        سأسافر مع زوجتي
        """,
    "intake_update": """
        I have diabetes and mild hypertension, I take metformin 1000 mg twice daily
        I was born on 12 April 1961
        I live in Spain
        My knee hurts when I walk
        I weigh 180 pounds
        I've had knee pain for 3 months
        Hello
        Yes
        May 12, 1961
        Do not have any allergies
        Tengo diabetes y tomo metformina
        Soy alérgica a la penicilina
        أعاني من السكري
        أحتاج إلى استبدال مفصل الركبة اليمنى
        لا
        """,
}
TABLE = [(line.strip(), meant) for meant, lines in MEANT.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("message", "meant"), TABLE, ids=[message for message, _ in TABLE])
def test_a_message_is_for(message: str, meant: str) -> None:
    assert intent_of(message) == meant


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ("Should I stop taking metformin?", Subject.MEDICAL),
        ("How long does recovery take?", Subject.MEDICAL),
        ("¿Es peligrosa? ¿Qué riesgos tiene?", Subject.MEDICAL),
        ("هل العملية خطيرة؟", Subject.MEDICAL),
        ("How much does it cost?", Subject.PRICE),
        ("¿Cuánto cuesta?", Subject.PRICE),
        ("كم تكلفة العملية؟", Subject.PRICE),
        ("Who can see my records?", Subject.PRIVACY),
        ("Which documents do you need?", Subject.DOCUMENTS),
        ("What happens next?", Subject.PROCESS),
        ("Why is the sky blue?", Subject.OTHER),
    ],
)
def test_a_question_is_about(message: str, subject: Subject) -> None:
    assert subject_of(message) is subject


def test_every_intent_has_a_rule_and_a_row() -> None:
    assert {meant for _, meant in TABLE} | {"emergency"} == set(Intent)


def test_every_pattern_of_the_grammar_is_well_formed() -> None:
    for group, languages in grammar.groups().items():
        assert set(languages) == {"en", "es", "ar"}, group
        assert grammar.patterns(group)
        # Patterns are folded to lower case: \S would become \s.
        assert not [one for written in languages.values() for one in written if re.search(r"\\[A-Z]", one)], group


@pytest.mark.parametrize("text", ["1," * 2000, "1 " * 2000, "what " * 800, "no " * 1300, "?" * 4000, "a" * 4000])
@pytest.mark.timeout(10)
def test_no_text_takes_long(text: str) -> None:
    assert intent_of(text)
