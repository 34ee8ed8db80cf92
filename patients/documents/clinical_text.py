"""Whether a text is worth a clinical reading."""

ENOUGH_CHARACTERS = 100
HEADING_WORDS = 6


def is_clinical(text: str) -> bool:
    """Whether a text is worth a clinical reading: over 100 characters, and not only headings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(text.strip()) > ENOUGH_CHARACTERS and not all(map(is_heading, lines))


def is_heading(line: str) -> bool:
    """A heading has at most six words, no digit, and a capital first in every word of over three letters.

    Writing without capitals (Arabic, Thai, Devanagari) has none, unless its line ends in a colon.
    """
    words = line.rstrip(":").split()
    if len(words) > HEADING_WORDS or any(map(str.isdigit, line)):
        return False
    return line.endswith(":") or all(word[0].isupper() for word in words if len(word) > 3)
