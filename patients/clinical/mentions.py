"""Where a text names a concept of ours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from patients.clinical.vocabulary import Entry, Term, Vocabulary
from patients.clinical.words import Word

BETWEEN = set(" \t\n-/'()&")
"""What may stand between two words of one term; a comma or a full stop ends it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`first` and `last` are the places of its words; `certainty` 0..1 is how surely the words name the concept."""

    entry: Entry
    first: int
    last: int
    start: int
    end: int
    certainty: float
    term: Term


def mentions(text: str, words: Sequence[Word], vocabulary: Vocabulary) -> list[Mention]:
    """Every mention, the longest at each place; of two kinds that share a name, both."""
    found: list[Mention] = []
    at = 0
    while at < len(words):
        here = list(longest(text, words, at, vocabulary))
        found += here
        at = here[0].last + 1 if here else at + 1
    return found


def longest(text: str, words: Sequence[Word], at: int, vocabulary: Vocabulary) -> Iterator[Mention]:
    length = 0
    for term in vocabulary.terms.get(words[at].text, ()):
        if length and len(term.words) < length:
            return
        if stands(text, words, at, term):
            length = len(term.words)
            yield mention(words[at : at + length], at, term)


def stands(text: str, words: Sequence[Word], at: int, term: Term) -> bool:
    here = words[at : at + len(term.words)]
    if tuple(word.text for word in here) != term.words:
        return False
    if term.abbreviation and not written_so(term.abbreviation, text[here[0].start : here[-1].end]):
        return False
    gaps = (text[one.end : other.start] for one, other in pairwise(here))
    return all(set(gap) <= BETWEEN and gap.count("\n") < 2 for gap in gaps)


def written_so(abbreviation: str, text: str) -> bool:
    """`OA` in capitals, `Na` and `AFib` letter for letter."""
    written = text.replace(" ", "")
    return written[:2].isupper() if abbreviation.isupper() else written == abbreviation.replace(" ", "")


def mention(here: Sequence[Word], at: int, term: Term) -> Mention:
    slips = sum(not word.exact for word in here)
    certainty = (0.85 if term.abbreviation else 0.95) - min(slips, 2) * 0.1
    return Mention(term.entry, at, at + len(here) - 1, here[0].start, here[-1].end, round(certainty, 2), term)
