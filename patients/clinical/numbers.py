"""Numbers as clinics write and scanners read them."""

import re

NUMBER = r"(?:(?=[oil|]{0,2}\d)[\doil|]+(?:[.,][\doil|]+)*|\d+/\d+(?!\d)(?=\s*(?:tab|comp|cap))|\u00bd|\u00bc)"
"""In folded text; an O among digits is a zero, an l, an i or a bar is a one."""

LETTERS = str.maketrans("oil|", "0111")
FRACTIONS = {"\u00bd": 0.5, "\u00bc": 0.25}
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
POINTED_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
COMMA_LOCALES = {"es", "tr"}
"""Where 1.000 is a thousand and 1,5 is one and a half."""


def number(written: str, *, locale: str) -> float:
    """The number that `written` (matched by NUMBER) is. `1,5` is 1.5 everywhere; `1.000` is 1000 in es and tr."""
    digits = written.translate(LETTERS).rstrip(".,")
    if digits in FRACTIONS:
        return FRACTIONS[digits]
    if "/" in digits:
        over, under = digits.split("/")
        return round(int(over) / (int(under) or 1), 3)
    return float(pointed(digits, locale))


def pointed(digits: str, locale: str) -> str:
    if THOUSANDS.fullmatch(digits):
        return digits.replace(",", "")
    if locale in COMMA_LOCALES and POINTED_THOUSANDS.fullmatch(digits):
        return digits.replace(".", "")
    whole, point, rest = digits.replace(",", ".").partition(".")
    return f"{whole}{point}{rest.replace('.', '')}"
