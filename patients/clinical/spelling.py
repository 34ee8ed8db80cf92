"""What a damaged word was: scanners lose letters, take O for 0 and l for 1, and run words together."""

from collections.abc import Collection

LOOKALIKES = (str.maketrans("015|", "olsl"), str.maketrans("015|", "oisi"), str.maketrans("01568", "olsgb"))
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("li", "h"), ("ii", "u"))
"""Two letters that a scanner takes for one."""
SHORTEST_REPAIRED = 6
SHORTEST_REPAIRED_MEDICINE = 8
LONGEST_REPAIRED = 40


class Spelling:
    """Which words are ours, and which of ours a word nearly is.

    A repair changes one letter, of a word of at least six, when only one of our words is that near. A medicine's
    name is repaired only when it is long and keeps its first letter, and never when it is another medicine's.
    """

    def __init__(self, *, words: Collection[str], medicines: Collection[str], not_these: Collection[str]) -> None:
        self.words = frozenset(words)
        self.medicines = frozenset(medicines)
        self.not_these = frozenset(not_these)
        self._near: dict[str, set[str]] = {}
        for word in self.words:
            if len(word) >= SHORTEST_REPAIRED:
                for shape in shapes(word):
                    self._near.setdefault(shape, set()).add(word)

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def digits_read_as_letters(self, word: str) -> str | None:
        """`0steoarthritis` is `osteoarthritis`; None when neither way makes a word of ours."""
        return next((read for table in LOOKALIKES if (read := word.translate(table)) in self.words), None)

    def repaired(self, word: str) -> str | None:
        """The one word of ours that `word` is a slip of; None when there is none, or several."""
        if not SHORTEST_REPAIRED <= len(word) <= LONGEST_REPAIRED or word in self.not_these or not word.isalpha():
            return None
        return self._joined_letters(word) or self._one_letter_off(word)

    def _joined_letters(self, word: str) -> str | None:
        """`furosernide` is `furosemide`."""
        return next(
            (read for two, one in PAIRS if two in word and (read := word.replace(two, one)) in self.words), None
        )

    def _one_letter_off(self, word: str) -> str | None:
        near = {known for shape in shapes(word) for known in self._near.get(shape, ()) if one_slip(word, known)}
        near = {known for known in near if known not in self.medicines or self._may_be_medicine(word, known)}
        return near.pop() if len(near) == 1 else None

    def _may_be_medicine(self, word: str, medicine: str) -> bool:
        return min(len(word), len(medicine)) >= SHORTEST_REPAIRED_MEDICINE and word[0] == medicine[0]


def shapes(word: str) -> set[str]:
    """The word and all it is with one letter left out: two words one slip apart share a shape."""
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def one_slip(one: str, other: str) -> bool:
    """One letter put in, left out or exchanged makes `one` of `other`."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    short, long = sorted((one, other), key=len)
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
