"""What is happening now is told apart from what happened once, and from what is denied."""

from __future__ import annotations

import pytest

from patients.chat.emergency import is_emergency, number, numbers
from patients.countries import COUNTRIES

NOW = """
    I have chest pain now
    chest pain right now, please help
    chest pain
    Crushing pressure in my chest
    I can't breathe
    I can\u2019t breathe
    CAN'T BREATHE
    I'm struggling to breathe
    My face is drooping and I can't lift my arm
    My speech is slurred all of a sudden
    I think I'm having a heart attack
    My husband is having a stroke
    I had chest pain last year and it is back now
    I had chest pain last year. It's back.
    I had knee surgery last year and I have chest pain
    I don't know why I have chest pain
    My father had a stroke last year, and now I can't move my left arm
    He collapsed and is not breathing
    I want to kill myself
    My throat is closing
    Me duele mucho el pecho ahora
    Tengo dolor en el pecho
    No puedo respirar
    Me falta el aire
    Se me ha torcido la cara y no puedo mover el brazo
    Creo que me está dando un infarto
    Tuve dolor de pecho el año pasado y ahora ha vuelto
    عندي ألم شديد في الصدر الآن
    صدري يؤلمني الآن
    لا أستطيع التنفس
    لا أستطيع أن أتنفس
    أختنق
    وجهي مائل ولا أستطيع تحريك ذراعي
    أعاني من جلطة الآن
    """
NOT_NOW = """
    I had chest pain last year
    I had a heart attack in 2015
    Two years ago I had a stroke and could not move my arm
    My father had a stroke
    My mother died of a heart attack
    I get chest pain sometimes when I climb stairs
    No chest pain, no shortness of breath
    I don't have any chest pain
    I have no chest pain now
    Do you treat chest pain?
    My knee hurts right now
    I need surgery as soon as possible, it is urgent
    My chest X-ray was normal
    Tuve dolor de pecho el año pasado
    Tuve un infarto en 2019
    No tengo dolor en el pecho
    Mi padre murió de un infarto
    A veces me duele el pecho cuando subo escaleras
    Me duele la rodilla ahora
    كان عندي ألم في الصدر العام الماضي
    أصبت بنوبة قلبية قبل سنتين
    ليس لدي ألم في الصدر
    ركبتي تؤلمني الآن
    """


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("message", lines(NOW))
def test_it_is_an_emergency(message: str) -> None:
    assert is_emergency(message)


@pytest.mark.parametrize("message", lines(NOT_NOW))
def test_it_is_none(message: str) -> None:
    assert not is_emergency(message)


@pytest.mark.parametrize(
    ("country", "called"), [("US", "911"), ("GB", "999"), ("AE", "998"), ("TH", "1669"), ("", "112"), ("FJ", "112")]
)
def test_the_number_is_the_country_s(country: str, called: str) -> None:
    assert number(country) == called


def test_numbers_are_of_countries() -> None:
    assert set(numbers()) - {"*"} <= COUNTRIES
