"""Numbers as people write them."""

from __future__ import annotations

import re

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3,
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "doce": 12, "unos": 3, "unas": 3,
    "واحد": 1, "واحده": 1, "اثنين": 2, "ثلاثه": 3, "ثلاث": 3, "اربعه": 4, "اربع": 4, "خمسه": 5, "خمس": 5, "سته": 6,
    "ست": 6, "سبعه": 7, "ثمانيه": 8, "تسعه": 9, "عشره": 10, "بضعه": 3,
}  # fmt: skip
"""Of plain text; "a few" is three."""

NUMBER = r"(?:\d{1,3}|" + "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)) + ")"


def count(written: str) -> int:
    """A small number in digits or words."""
    return int(written) if written.isdecimal() else WORDS[written]


def amount(written: str) -> int:
    """An amount of money, its thousands set apart in any way, cents left out."""
    whole = re.sub(r"[.,]\d{1,2}$", "", written)
    return int(re.sub(r"\D", "", whole) or 0)
