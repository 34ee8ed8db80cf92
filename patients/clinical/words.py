"""A text's words, as they were meant: repaired where the scan or the typist slipped, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from patients.clinical.folding import fold
from patients.clinical.spelling import Spelling

RUN = re.compile(r"[^\W_]+(?:'(?:s|t|ve|m)\b)?")
PIECE = re.compile(r"\d+|[^\W\d_]+(?:'s\b)?")
RUN_ON = re.compile(r"(?P<name>[^\W_]{5,}?[^\W\d_])(?P<number>\d+[^\W\d_]{0,4})")
BROKEN = re.compile(r"-?[ \t]*\n[ \t]*")
ARTICLE = re.compile(r"^[وبل]?ال(?=..)")
SHORTEST_HALF = 4


@dataclass(frozen=True, slots=True)
class Word:
    """`text` as it was meant, folded; `exact` when that is how it was written."""

    text: str
    start: int
    end: int
    exact: bool = True


def split(term: str) -> list[str]:
    """A term's words, without any repair: as the vocabulary keeps them."""
    return [plain(run.group()) for run in RUN.finditer(fold(term))]


def plain(word: str) -> str:
    """Without the apostrophe of `Crohn's`, without the Arabic article."""
    word = word.replace("'", "")
    return ARTICLE.sub("", word) if word[0] > "\u05ff" else word


def words(folded: str, spelling: Spelling) -> list[Word]:
    """The words of a folded text, in order, never overlapping."""
    return list(joined(list(pieces(folded, spelling)), folded, spelling))


def pieces(folded: str, spelling: Spelling) -> Iterator[Word]:
    for run in RUN.finditer(folded):
        word, start, end = plain(run.group()), run.start(), run.end()
        if word in spelling or word.isdigit():
            yield Word(word, start, end)
        elif word.isalpha():
            yield from letters(word, start, end, spelling)
        else:
            yield from mixed(run.group(), start, spelling)


def letters(word: str, start: int, end: int, spelling: Spelling) -> Iterator[Word]:
    if word.endswith("s") and word[:-1] in spelling and len(word) > SHORTEST_HALF:
        yield Word(word[:-1], start, end)
    elif repaired := spelling.repaired(word):
        yield Word(repaired, start, end, exact=False)
    elif (at := run_together(word, spelling)) and end - start == len(word):
        yield Word(word[:at], start, start + at, exact=False)
        yield Word(word[at:], start + at, end, exact=False)
    else:
        yield Word(word, start, end)


def run_together(word: str, spelling: Spelling) -> int | None:
    """Where `rightknee` is two words of ours."""
    cuts = range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1)
    return next((at for at in cuts if word[:at] in spelling and word[at:] in spelling), None)


def mixed(run: str, start: int, spelling: Spelling) -> Iterator[Word]:
    """Letters with digits among them: a misread word, a name with its number, or a number with its unit."""
    if read := spelling.digits_read_as_letters(run):
        yield Word(read, start, start + len(run), exact=False)
        return
    if (both := RUN_ON.fullmatch(run)) and (read := spelling.digits_read_as_letters(both["name"])):
        yield Word(read, start, start + both.end("name"), exact=False)
        yield from mixed(both["number"], start + both.start("number"), spelling)
        return
    name = next((run[:at] for at in range(len(run) - 1, 2, -1) if run[:at] in spelling and run[at].isdigit()), "")
    if name:
        yield Word(name, start, start + len(name))
    for piece in PIECE.finditer(run, len(name)):
        yield Word(plain(piece.group()), start + piece.start(), start + piece.end())


def joined(found: list[Word], folded: str, spelling: Spelling) -> Iterator[Word]:
    """Words that a line's end had broken are whole again, where the whole is a word of ours."""
    at = 0
    while at < len(found):
        word, following = found[at], found[at + 1] if at + 1 < len(found) else None
        at += 1
        if following and broken_at_line_end(word, following, folded, spelling):
            yield Word(word.text + following.text, word.start, following.end)
            at += 1
        else:
            yield word


def broken_at_line_end(word: Word, following: Word, folded: str, spelling: Spelling) -> bool:
    between = folded[word.end : following.start]
    both_whole = word.text in spelling and following.text in spelling
    return bool(BROKEN.fullmatch(between)) and not both_whole and word.text + following.text in spelling
