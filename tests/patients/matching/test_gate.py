"""Too little to go by is said kindly, and names what would help."""

from __future__ import annotations

import pytest

from patients.matching import gate
from tests.patients.matching.cases import case

LACKING = ("medical_history", "documents", "preferences", "consent")


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"completeness": 0.4}, ()),
        ({"completeness": 0.3999}, LACKING[:3]),
        ({"completeness": 0.9, "wish": "", "procedures": ()}, ("procedure",)),
        ({"completeness": 0.1, "wish": "", "procedures": ()}, ("procedure", *LACKING[:2])),
        ({"completeness": 0.9, "wish": "a new nose", "procedures": ()}, ()),
    ],
)
def test_the_gate_is_at_forty_percent_and_needs_a_procedure(facts: dict, missing: tuple[str, ...]) -> None:
    assert gate.missing(case(missing=LACKING, **facts)) == missing


@pytest.mark.parametrize(
    ("locale", "message"),
    [
        (
            "en",
            "I can look for hospitals for you as soon as I know a little more. "
            "What would help most: your medical documents, your consents.",
        ),
        (
            "es",
            "Podré buscar hospitales para usted en cuanto sepa un poco más. "
            "Lo que más ayudaría: sus documentos médicos, sus consentimientos.",
        ),
        ("ar", "يمكنني البحث عن مستشفيات لك حالما أعرف المزيد قليلًا. أكثر ما يساعد: وثائقك الطبية، موافقاتك."),
    ],
)
def test_the_message_names_what_is_missing(locale: str, message: str) -> None:
    assert gate.gate_message(("documents", "consent"), locale) == message


def test_suggestions_follow_from_what_stood_in_the_way() -> None:
    visa, coordinator = gate.suggestions(case(), ["visa", "visa"])
    assert visa.startswith("Ask a coordinator about other ways into the country")
    assert coordinator == "A Curaway coordinator can look further for you."
    unknown = gate.suggestions(case(wish="a new nose", procedures=(), locale="es"), [])
    assert "prótesis total de rodilla" in unknown[0]
