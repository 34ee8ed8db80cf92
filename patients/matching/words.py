"""Words as people write them, made comparable: English, Spanish and Arabic."""

from __future__ import annotations

import re
import unicodedata

SAME = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})  # noqa: RUF001
"""Arabic letters that are written one for the other; the tatweel only stretches a word."""

ARTICLES = ("لل", "ال")
SHORTEST_STEM = 3


def words(text: str) -> tuple[str, ...]:
    """The words without case, accents, vowel signs and the Arabic article; in their order."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.translate(SAME)) if not _is_mark(char))
    # Again: decomposing takes the hamza off letters that came with it.
    return tuple(_bare(word) for word in re.findall(r"\w+", plain.translate(SAME).casefold()))


def holds(phrase: tuple[str, ...], told: tuple[str, ...]) -> int | None:
    """Where the phrase begins among the words; None when it is not there as a whole."""
    starts = range(len(told) - len(phrase) + 1)
    return next((at for at in starts if told[at : at + len(phrase)] == phrase), None) if phrase else None


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) == "Mn"


def _bare(word: str) -> str:
    for article in ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + SHORTEST_STEM - 1:
            return word.removeprefix(article)
    return word
