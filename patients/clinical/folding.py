"""One letter for one letter: text made comparable, its places unchanged."""

import unicodedata

SAME = {"\u00bd": "\u00bd", "\u00bc": "\u00bc",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{ACUTE ACCENT}": "'", "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "\N{MICRO SIGN}": "u", "\N{MULTIPLICATION SIGN}": "x", "\N{MINUS SIGN}": "-", "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-", "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\f": "\n",
        "\N{ARABIC COMMA}": ",", "\N{ARABIC SEMICOLON}": ";", "\N{ARABIC QUESTION MARK}": "?",
        "\N{BULLET}": "-", "\N{DEGREE SIGN}": "\N{DEGREE SIGN}"}  # fmt: skip


def fold(text: str) -> str:
    """Lower case, without accents, one kind of dash and quote; `len(fold(text)) == len(text)`."""
    return "".join(map(folded_letter, text))


def folded_letter(letter: str) -> str:
    if letter in SAME:
        return SAME[letter]
    if letter.isascii():
        return letter.lower()
    plain = unicodedata.normalize("NFKD", letter)[0].lower()[0]
    return SAME.get(plain, plain)
