"""A text's words, as they were meant: repaired where the scan or the typist slipped, each with its place."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from patients.clinical.folding import fold
from patients.clinical.spelling import LOOKALIKES, Spelling

RUN = re.compile(r"[^\W_]+(?:'(?:s|t|ve|m)\b)?")
PIECE = re.compile(r"\d+|[^\W\d_]+(?:'s\b)?")
RUN_ON = re.compile(r"(?P<name>[^\W_]{5,}?[^\W\d_])(?P<number>\d+[^\W\d_]{0,4})")
BROKEN = re.compile(r"-?[ \t]*\n[ \t]*")
ARTICLE = re.compile(r"^(?:[وفبك]?ال|[وف]?لل)(?=..)")
PREFIXES = frozenset("و ف ب ل ك وب ول وك فب فل".split())
"""And, so, with, for, as: Arabic writes them as one word with what follows."""
SHORTEST_BARE = 2
SHORTEST_HALF = 4
SHORTEST_RUN, LONGEST_RUN = 9, 60
SHORTEST_REJOINED = 7
JOINERS = frozenset("of the and in with for to on at is no de la el los las en con sin por del y al su".split())
"""What may stand between two words of ours in a run that lost its spaces."""


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


def words(folded: str, spelling: Spelling, cues: Collection[str] = ()) -> list[Word]:
    """The words of a folded text, in order, never overlapping; `cues` are words that are never taken for slips."""
    return list(joined(list(pieces(folded, spelling, cues)), folded, spelling))


def pieces(folded: str, spelling: Spelling, cues: Collection[str]) -> Iterator[Word]:
    for run in RUN.finditer(folded):
        word, start, end = plain(run.group()), run.start(), run.end()
        if word in spelling or word in cues or word.isdigit():
            yield Word(word, start, end)
        elif word.isalpha():
            yield from letters(word, start, end, spelling, cues)
        else:
            yield from mixed(run.group(), start, spelling, cues)


def letters(word: str, start: int, end: int, spelling: Spelling, cues: Collection[str]) -> Iterator[Word]:
    if (bare := unprefixed(word, spelling, cues)) is not None:
        yield Word(bare, start, end)
    elif word.endswith("s") and word[:-1] in spelling and len(word) > SHORTEST_HALF:
        yield Word(word[:-1], start, end)
    elif repaired := spelling.repaired(word):
        yield Word(repaired, start, end, exact=False)
    elif end - start == len(word):
        yield from apart(word, start, spelling, cues)
    else:
        yield Word(word, start, end)


def unprefixed(word: str, spelling: Spelling, cues: Collection[str]) -> str | None:
    """An Arabic word of ours without the prefixes joined to it; None when it is none, or has none."""
    if word[0] <= "\u05ff":
        return None
    bare = (plain(word[at:]) for at in (1, 2) if word[:at] in PREFIXES and len(word) - at >= SHORTEST_BARE)
    return next((rest for rest in bare if rest in spelling or rest in cues), None)


def apart(run: str, start: int, spelling: Spelling, cues: Collection[str]) -> Iterator[Word]:
    """A run as the words it was before its spaces were lost; as it is, when it can't be parted into known words."""
    parts = [run]
    if (at := run_together(run, spelling)) is not None:
        parts = [run[:at], run[at:]]
    elif SHORTEST_RUN <= len(run) <= LONGEST_RUN:
        parts = parted(run, spelling, cues) or parts
    yield from placed(parts, start)


def parted(run: str, spelling: Spelling, cues: Collection[str]) -> list[str] | None:
    """`historyofstroke` as three words; every part known, one of ours of at least five letters among them."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 25), end):
            before, part = best[start], run[start:end]
            if before is not None and best[end] is None and known_part(part, spelling, cues):
                best[end] = [*before, part]
    found = best[len(run)]
    return found if found and any(len(part) > SHORTEST_HALF and part in spelling for part in found) else None


def known_part(part: str, spelling: Spelling, cues: Collection[str]) -> bool:
    return part in JOINERS or (len(part) >= SHORTEST_HALF and (part in spelling or part in cues))


def run_together(word: str, spelling: Spelling) -> int | None:
    """Where `rightknee` is two words of ours."""
    cuts = range(SHORTEST_HALF, min(len(word), LONGEST_RUN) - SHORTEST_HALF + 1)
    return next((at for at in cuts if word[:at] in spelling and word[at:] in spelling), None)


def mixed(run: str, start: int, spelling: Spelling, cues: Collection[str]) -> Iterator[Word]:
    """Letters with digits among them: a misread word, a name with its number, or a number with its unit."""
    if read := spelling.digits_read_as_letters(run):
        yield Word(read, start, start + len(run), exact=False)
        return
    if (both := RUN_ON.fullmatch(run)) and (read := spelling.digits_read_as_letters(both["name"])):
        yield Word(read, start, start + both.end("name"), exact=False)
        yield from mixed(both["number"], start + both.start("number"), spelling, cues)
        return
    if parts := parted_as_letters(run, spelling, cues):
        yield from placed(parts, start)
        return
    name = next((run[:at] for at in range(len(run) - 1, 2, -1) if run[:at] in spelling and run[at].isdigit()), "")
    if name:
        yield Word(name, start, start + len(name))
    for piece in PIECE.finditer(run, len(name)):
        yield Word(plain(piece.group()), start + piece.start(), start + piece.end())


def parted_as_letters(run: str, spelling: Spelling, cues: Collection[str]) -> list[str] | None:
    """`hist0ryofstroke`: misread and run together."""
    reads = (run.translate(table) for table in LOOKALIKES)
    return next((found for read in reads if read.isalpha() and (found := parted(read, spelling, cues))), None)


def placed(parts: list[str], start: int) -> Iterator[Word]:
    """The parts of a run as words, each where it stands."""
    for part in parts:
        yield Word(part, start, start + len(part), exact=len(parts) == 1)
        start += len(part)


def joined(found: list[Word], folded: str, spelling: Spelling) -> Iterator[Word]:
    """Words that a line's end or a scanner had broken are whole again, where the whole is a word of ours."""
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
    between, whole = folded[word.end : following.start], word.text + following.text
    if whole not in spelling or (word.text in spelling and following.text in spelling):
        return False
    return bool(BROKEN.fullmatch(between)) or (between == " " and torn(word, following, whole, spelling))


def torn(word: Word, following: Word, whole: str, spelling: Spelling) -> bool:
    """`Ferrit in`: one word that a scanner saw a space in."""
    return len(whole) >= SHORTEST_REJOINED and word.text not in spelling
