"""What a message says for the record, and what it does not say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from patients.chat.collection import Collected, changes_for, collect
from patients.chat.intents import intent_of
from patients.chat.topics import Topic
from patients.models import Patient


def told(message: str, *, asked: Topic | None = None, locale: str = "en", **fields: Any) -> Collected:
    who = Patient(first_name="Test", **fields)
    return collect(message, patient=who, intent=intent_of(message), asked=asked, locale=locale)


def test_the_reference_message_is_understood() -> None:
    found = told("I have diabetes and mild hypertension, I take metformin 1000 mg twice daily").findings
    assert [finding.coding.code for finding in found if finding.coding] == ["E11", "I10", "6809"]


@pytest.mark.parametrize(
    "message", ["My father had diabetes", "I don't have asthma", "Mi madre tenía diabetes", "ليس لدي ربو"]
)
def test_what_is_denied_or_a_relative_s_is_not_collected(message: str) -> None:
    assert not told(message)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Should I take ibuprofen?", []),
        ("Should I take ibuprofen, or paracetamol?", []),
        ("I have diabetes, should I worry?", ["diabetes"]),
        ("I take metformin. Is that dangerous?", ["metformin"]),
        ("¿Puedo tomar ibuprofeno?", []),
        ("هل يمكنني تناول الأسبرين؟", []),
    ],
)
def test_what_is_asked_is_not_told(message: str, words: list[str]) -> None:
    assert told(message).words == words


def test_an_emergency_is_not_collected_from() -> None:
    assert not told("I have chest pain now and I have diabetes")


@pytest.mark.parametrize(
    ("message", "locale", "wishes"),
    [
        (
            "Ideally in Turkey or Thailand, for about $12,000 of budget, within 3 months, and my wife travels with me",
            "en",
            {"destination": "Turkey, Thailand", "budget": "12000 USD", "timeframe": "3 months", "companion": "my wife"},
        ),
        ("Anywhere but India", "en", {"destination": "anywhere, except India"}),
        ("I live in Spain and would like to travel to Turkey", "en", {"destination": "Turkey"}),
        ("My daughter lives in Germany", "en", {}),
        ("I weigh 180 pounds", "en", {}),
        ("I was quoted $40,000 at home", "en", {}),
        ("I take metformin 1000 mg", "en", {}),
        ("2 months ago I fell", "en", {}),
        ("I've had knee pain for 3 months", "en", {}),
        ("I live with my wife", "en", {}),
        ("My budget is £9,500", "en", {"budget": "9500 GBP"}),
        ("I will travel alone next month", "en", {"companion": "alone", "timeframe": "1 month"}),
        ("Vivo en España y quisiera operarme en Turquía", "es", {"destination": "Turkey"}),
        ("Mi presupuesto es de 12 mil dólares", "es", {"budget": "12000 USD"}),
        ("dentro de tres meses, viajo con mi hija", "es", {"timeframe": "3 months", "companion": "mi hija"}),
        ("أعيش في دبي وأريد العلاج في تركيا أو الهند", "ar", {"destination": "Turkey, India"}),
        ("ميزانيتي ١٠٠٠٠ دولار", "ar", {"budget": "10000 USD"}),  # noqa: RUF001 - as typed
        ("خلال ثلاثة أشهر، سأسافر مع زوجتي", "ar", {"timeframe": "3 months", "companion": "زوجتي"}),
    ],
)
def test_preferences(message: str, locale: str, wishes: dict[str, str]) -> None:
    assert told(message, locale=locale).wishes == wishes


@pytest.mark.parametrize(
    ("asked", "message", "value"),
    [
        (Topic.DESTINATION, "Turkey", "Turkey"),
        (Topic.DESTINATION, "Anywhere", "anywhere"),
        (Topic.DESTINATION, "Somewhere warm", "Somewhere warm"),
        (Topic.BUDGET, "10000", "10000"),
        (Topic.BUDGET, "8k-10k USD", "10000 USD"),
        (Topic.BUDGET, "10.000 euros", "10000 EUR"),
        (Topic.TIMEFRAME, "two weeks", "2 weeks"),
        (Topic.TIMEFRAME, "after Christmas", "after Christmas"),
        (Topic.COMPANION, "yes", "yes"),
        (Topic.COMPANION, "No", "alone"),
        (Topic.COMPANION, "وحدي", "alone"),
    ],
)
def test_an_answer_needs_fewer_words(asked: Topic, message: str, value: str) -> None:
    assert told(message, asked=asked).wishes == {str(asked): value}


@pytest.mark.parametrize("message", ["Hello", "I'd rather not say", "I don't know", "How much does it cost?"])
def test_what_is_no_answer_is_not_kept_as_one(message: str) -> None:
    for asked in (Topic.DESTINATION, Topic.TIMEFRAME, Topic.PROCEDURE):
        assert not told(message, asked=asked)


@pytest.mark.parametrize(
    ("message", "fields", "day"),
    [
        ("I was born on 12 April 1961", {}, date(1961, 4, 12)),
        ("DOB: April 12th, 1961", {}, date(1961, 4, 12)),
        ("Nací el 12 de abril de 1961", {}, date(1961, 4, 12)),
        ("تاريخ ميلادي ١٢ أبريل ١٩٦١", {}, date(1961, 4, 12)),
        ("born 1961-04-12", {}, date(1961, 4, 12)),
        ("born 13/04/1961", {}, date(1961, 4, 13)),
        ("born 04/12/1961", {"country": "US"}, date(1961, 4, 12)),
        ("born 12/04/1961", {"country": "GB"}, date(1961, 4, 12)),
        ("born 04/12/1961", {}, None),
        ("born 31/02/1961", {}, None),
        ("born 12 April 2161", {}, None),
        ("my operation was on 12 April 2001", {}, None),
        ("born 12 April 1961", {"date_of_birth": date(1960, 1, 1)}, None),
    ],
)
def test_a_date_of_birth_is_taken_when_it_is_sure_and_lacking(
    message: str, fields: dict[str, Any], day: date | None
) -> None:
    assert told(message, **fields).changes.get("date_of_birth") == day


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ("I am a 62 year old woman from the US", {"sex": "female", "country": "US"}),
        ("Soy un hombre y vivo en España", {"sex": "male", "country": "ES"}),
        ("أعيش في دبي", {"country": "AE"}),
        ("My doctor is a man", {}),
    ],
)
def test_sex_and_country(message: str, changes: dict[str, str]) -> None:
    assert told(message).changes == changes


@pytest.mark.parametrize(
    ("message", "locale"),
    [
        ("I want to go to Spain instead of Turkey", "en"),
        ("Quiero ir a España en vez de Turquía", "es"),
        ("أريد السفر إلى إسبانيا بدلا من تركيا", "ar"),
    ],
)
def test_where_somebody_wants_to_go_is_not_where_they_live(message: str, locale: str) -> None:
    found = told(message, asked=Topic.COUNTRY, locale=locale)
    assert (found.changes, found.wishes["destination"]) == ({}, "Spain, except Turkey")


@pytest.mark.parametrize("message", ["Spain", "In Spain", "I live in Spain and want to go to Turkey"])
def test_where_somebody_lives_is_taken_when_it_is_asked(message: str) -> None:
    assert told(message, asked=Topic.COUNTRY).changes == {"country": "ES"}


@pytest.mark.parametrize(
    ("message", "locale", "fields", "procedure"),
    [
        ("I need a knee replacement in my right knee", "en", {}, "Total knee replacement, right"),
        ("Necesito una prótesis de cadera", "es", {}, "Prótesis total de cadera"),
        ("أحتاج إلى استبدال مفصل الركبة اليمنى", "ar", {}, "استبدال مفصل الركبة بالكامل، اليمنى"),
        ("I had a knee replacement in 2015", "en", {}, None),
        ("My mother had a hip replacement", "en", {}, None),
        (
            "Actually it's the left knee",
            "en",
            {"procedure_interest": "Total knee replacement, right"},
            "Total knee replacement, left",
        ),
        ("I want a knee replacement", "en", {"procedure_interest": "Total knee replacement, right"}, None),
    ],
)
def test_the_procedure(message: str, locale: str, fields: dict[str, Any], procedure: str | None) -> None:
    assert told(message, locale=locale, **fields).changes.get("procedure_interest") == procedure


def test_what_the_record_says_already_is_no_change() -> None:
    who = Patient(first_name="Test", preferences={"destination": "Turkey", "room": "single"})
    same = collect("Turkey", patient=who, intent=intent_of("Turkey"), asked=Topic.DESTINATION, locale="en")
    other = collect("Spain", patient=who, intent=intent_of("Spain"), asked=Topic.DESTINATION, locale="en")
    assert changes_for(who, same) == {}
    assert changes_for(who, other) == {"preferences": {"destination": "Spain", "room": "single"}}
