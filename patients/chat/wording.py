"""Text as people type it, made comparable: one case, no accents, one shape per letter, Western digits."""

from __future__ import annotations

import re
import unicodedata

SAME = str.maketrans(
    {
        "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
        "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
        "\N{ARABIC TATWEEL}": None,
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{ACUTE ACCENT}": "'",
        "\N{GRAVE ACCENT}": "'",
        "\N{ARABIC COMMA}": ",",
        "\N{ARABIC SEMICOLON}": ";",
        "\N{ARABIC QUESTION MARK}": "?",
        "\N{ARABIC DECIMAL SEPARATOR}": ".",
        "\N{ARABIC THOUSANDS SEPARATOR}": ",",
    }
)
SENTENCE_ENDS = re.compile(r"[.!?;\n]+(?!\d)|(?<!\d)[.!?;\n]+")
CLAUSE_ENDS = re.compile(
    r",(?!\d)|(?<!\d),|[:()]|(?<!\w)(?:and|but|although|however|y|pero|aunque|لكن|ولكن|لكنني|ولكني|ثم)(?!\w)"
)


def plain(text: str) -> str:
    """Without case, accents, vowel signs and repeated spaces; line ends stay."""
    decomposed = unicodedata.normalize("NFKD", text.translate(SAME))
    letters = "".join(_western(char) for char in decomposed if unicodedata.category(char) != "Mn")
    return re.sub(r"[^\S\n]+", " ", letters.casefold()).strip()


def sentences(text: str) -> list[str]:
    """The sentences of a plain text, without their ends."""
    return _parts(SENTENCE_ENDS, text)


def clauses(sentence: str) -> list[str]:
    """What a sentence says one after the other; a comma within a number is none."""
    return _parts(CLAUSE_ENDS, sentence)


def _western(char: str) -> str:
    return str(int(char)) if char.isdecimal() else char


def _parts(ends: re.Pattern[str], text: str) -> list[str]:
    return [part.strip() for part in ends.split(text) if part.strip()]
