"""One page, read once: its words, sentences, sections, mentions and cues, for those who look for findings on it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from patients.clinical.abbreviations import decided
from patients.clinical.answer import Answer
from patients.clinical.assertions import Cue, cue_words, cues
from patients.clinical.findings import Kind
from patients.clinical.folding import fold
from patients.clinical.forms import answers, breaks
from patients.clinical.labs import column_values
from patients.clinical.mentions import Mention, mentions
from patients.clinical.operated import told
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
    answers: list[Answer]

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
        return self.sections[bisect_right(self._headed, place) - 1]

    @cached_property
    def _headed(self) -> list[int]:
        return [section.start for section in self.sections]

    def answer(self, place: int) -> Answer | None:
        """The answer to the question that `place` is in."""
        at = bisect_right(self._asked, place) - 1
        found = self.answers[at] if at >= 0 else None
        return found if found and place < found.label[1] else None

    @cached_property
    def _asked(self) -> list[int]:
        return [answer.label[0] for answer in self.answers]

    def mentions_in(self, span: tuple[int, int], kind: Kind) -> list[Mention]:
        first, last = (bisect_left(self._mentioned, place) for place in span)
        return [mention for mention in self.mentions[first:last] if mention.entry.kind is kind]

    @cached_property
    def _mentioned(self) -> list[int]:
        return [mention.start for mention in self.mentions]

    def mentions_of(self, word: int) -> list[Mention]:
        """Those that the word at this place is part of."""
        return self._by_word.get(word, [])

    @cached_property
    def _by_word(self) -> dict[int, list[Mention]]:
        found: dict[int, list[Mention]] = {}
        for mention in self.mentions:
            for word in range(mention.first, mention.last + 1):
                found.setdefault(word, []).append(mention)
        return found

    def cues_in(self, start: int, end: int) -> list[Cue]:
        first, last = (bisect_left(self._cued, place) for place in (start, end))
        return self.cues[first:last]

    @cached_property
    def _cued(self) -> list[int]:
        return [self.words[cue.first].start for cue in self.cues]

    def words_in(self, start: int, end: int) -> Iterator[tuple[int, Word]]:
        """The words from `start` to `end`, with their places among all."""
        first, last = (bisect_left(self._worded, place) for place in (start, end))
        return ((at, self.words[at]) for at in range(first, last))

    @cached_property
    def _worded(self) -> list[int]:
        return [word.start for word in self.words]

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
        later = self.mentions_in((mention.end, end), mention.entry.kind)
        return later[0].start if later else end


def read(text: str, number: int, *, locale: str) -> Page:
    known = vocabulary()
    folded = fold(text)
    found = words(folded, known.spelling, cue_words())
    answered = answers(text, folded)
    parts = sentences(text, breaks(answered, folded))
    headed = sections(text)
    return Page(
        number=number,
        locale=locale,
        text=text,
        folded=folded,
        words=found,
        mentions=decided(told(mentions(text, found, known), found, headed), found, parts, folded),
        cues=cues(found),
        sentences=parts,
        sections=headed,
        answers=answered,
    )
