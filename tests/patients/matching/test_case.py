"""A summary becomes what matching needs to know."""

from __future__ import annotations

from datetime import date
from typing import Any

from patients.matching.case import MatchCase, case_from_summary

TODAY = date(2026, 11, 23)
MARIA: dict[str, Any] = {
    "demographics": {
        "country": "US",
        "locale": "es",
        "procedure_interest": "Total knee replacement, right",
        "date_of_birth": "1961-11-24",
    },
    "conditions": [
        {"code": "M17.11", "display": "Unilateral primary osteoarthritis, right knee", "confidence": 0.95},
        {"code": "E11.9", "display": "Type 2 diabetes mellitus"},
        {"code": None, "display": "Unilateral primary osteoarthritis, right knee"},
    ],
    "procedures": [],
    "preferences": [
        {"key": "budget", "value": "15000 USD"},
        {"key": "budget", "value": "90000 USD"},
        {"key": "destination", "value": "Turkey"},
    ],
    "intake_progress": {
        "progress": 0.6,
        "categories": {
            "demographics": 1.0,
            "medical_history": 0.3333,
            "procedure_specific": 1.0,
            "preferences": 0.5,
            "documents": 0.5,
            "consent": 1.0,
        },
    },
}


def test_a_summary_becomes_a_case() -> None:
    case = case_from_summary(MARIA, today=TODAY)
    assert (case.country, case.locale, case.procedures, case.age) == ("US", "es", ("27447",), 64)
    assert case.conditions == ("M17.11", "E11.9")
    assert case.findings == ("Unilateral primary osteoarthritis, right knee", "Type 2 diabetes mellitus")
    assert (case.completeness, case.missing) == (0.6, ("medical_history", "documents", "preferences"))
    assert (case.preferences.budget_usd, case.preferences.countries) == (15000, ("TR",))


def test_the_same_summary_makes_the_same_case() -> None:
    assert case_from_summary(MARIA, today=TODAY) == case_from_summary(MARIA, today=TODAY)


def test_an_empty_summary_is_a_case_too() -> None:
    case = case_from_summary({}, today=TODAY)
    assert case == MatchCase(missing=case.missing)
    assert case.missing[:2] == ("medical_history", "procedure_specific")
    assert case_from_summary({"demographics": {"date_of_birth": "?"}, "conditions": None}, today=TODAY) == case


def test_the_patients_own_words_go_before_the_record() -> None:
    record = {"procedures": [{"code": "27130", "display": "Hip replacement", "status": "preparation"}]}
    assert case_from_summary(record, today=TODAY).procedures == ("27130",)
    assert case_from_summary({**record, "demographics": {"procedure_interest": "TKR"}}, today=TODAY).procedures == (
        "27447",
    )


def test_a_procedure_that_was_done_is_not_looked_for() -> None:
    record = {"procedures": [{"code": "33533", "status": "completed"}, {"code": None, "display": "cataract surgery"}]}
    assert case_from_summary(record, today=TODAY).procedures == ("66984",)
