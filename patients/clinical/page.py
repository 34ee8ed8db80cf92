"""One page, read once: its words, sentences, sections, mentions and cues, for those who look for findings on it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from patients.clinical.assertions import Cue, cues
from patients.clinical.findings import Kind
from patients.clinical.folding import fold
from patients.clinical.labs import column_values
from patients.clinical.mentions import Mention, mentions
from patients.clinical.sections import Section, sections
from patients.clinical.sentences import at, sentences
from patients.clinical.vocabulary import vocabulary
from patients.clinical.words import Word, words


@dataclass(frozen=True)
class Page:
    """`number` counts from 1. `folded` has the text's length: a place in one is the same place in the other."""

    number: int
    locale: str
    text: str
    folded: str
    words: list[Word]
    mentions: list[Mention]
    cues: list[Cue]
    sentences: list[tuple[int, int]]
    sections: list[Section]

    @cached_property
    def column_values(self) -> dict[int, int]:
        """Where the value stands of a test whose name stands alone on its line, in a table read column by column."""
        lines = self.folded.split("\n")
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        tests = [m for m in self.mentions if m.entry.kind is Kind.OBSERVATION]
        alone = {bisect_right(starts, m.start) - 1: m for m in tests}
        alone = {at: m for at, m in alone.items() if lines[at].strip(" :-*|") == self.folded[m.start : m.end]}
        return {alone[name].start: starts[value] for name, value in column_values(lines, alone).items()}

    def sentence(self, place: int) -> tuple[int, int]:
        return at(place, self.sentences)

    def section(self, place: int) -> Section:
        return next(section for section in reversed(self.sections) if section.start <= place)

    def cues_in(self, start: int, end: int) -> list[Cue]:
        return [cue for cue in self.cues if start <= self.words[cue.first].start < end]

    def words_around(self, mention: Mention, before: int, after: int) -> Iterator[int]:
        """Places of up to so many words on each side in its sentence, the nearest first, those behind it earlier."""
        start, end = self.sentence(mention.start)
        for distance in range(1, max(before, after) + 1):
            for place, allowed in ((mention.last + distance, after), (mention.first - distance, before)):
                inside = 0 <= place < len(self.words) and start <= self.words[place].start < end
                if inside and distance <= allowed:
                    yield place

    def next_mention(self, mention: Mention, end: int) -> int:
        """Where the next mention of the same kind begins, or `end` when none does before it."""
        kind = mention.entry.kind
        later = (m.start for m in self.mentions if m.start >= mention.end and m.entry.kind is kind)
        return min(next(later, end), end)


def read(text: str, number: int, *, locale: str) -> Page:
    known = vocabulary()
    folded = fold(text)
    found = words(folded, known.spelling)
    return Page(
        number=number,
        locale=locale,
        text=text,
        folded=folded,
        words=found,
        mentions=mentions(text, found, known),
        cues=cues(found),
        sentences=sentences(text),
        sections=sections(text),
    )
