"""Forms: questions with their answers on one line, ticked boxes, columns of yes and no.

An answer belongs to its own line, and to what stands before it there (or to what its box stands before).
"""

import re
from collections.abc import Iterator, Sequence

from patients.clinical.answer import MEANS, Answer, Says, Span
from patients.clinical.boxes import boxed

TOKEN = re.compile(r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, MEANS), key=len, reverse=True)) + r")(?![\w'])")
INITIALS = {"y", "n", "s"}
"""Answers in capitals only."""
PAIR = re.compile(r"\s*[/|]\s*(?:no|n)\b")
LEADER = re.compile(r"(?:\.{5,}|_{5,}|\u2026{2,}|(?:\. ){4,}\.?)")
WIDE = re.compile(r"\t| {2,}")
SENTENCE_END = re.compile(r"(?<![.\u2026 ])[.;]\s(?![. ])")
QUESTION = re.compile(
    r"\W*(?:\d{1,2}[.)]\s*)?(?:do|does|did|have|has|had|are|is|was|were|any|ever"
    r"|tiene|tienes|ha|es|fuma|toma|padece|sufre|algun|alguna|هل)\b"
    r"[^?\n]{0,160}[?\u061f]"
)
TAIL = re.compile(r"[\s.;,)]*$")
AFTER = re.compile(r"[ \t]*(?:$|[.,;)|\]/(]|- |\t| {2,})")
LEADS = ("..", "__", "\u2026", "|", ". .")
LONGEST_BARE = 4
PLAINLY = frozenset({"yes", "no", "si", "y", "n"})
LONGEST_LINE = 2_000
"""A longer line is prose."""


def answers(text: str, folded: str) -> list[Answer]:
    """All answers of a page, in order."""
    found: list[Answer] = []
    columns: tuple[int, int] | None = None
    start = 0
    for line in folded.split("\n"):
        end = start + len(line)
        columns = header(line) or (columns if line.strip() else None)
        if 0 < len(line) <= LONGEST_LINE:
            found += on_line(text, folded, start, end, columns)
        start = end + 1
    return found


def breaks(found: Sequence[Answer], folded: str) -> set[int]:
    """Where a sentence ends because an answer does: at its line's ends, at its question's start, behind a no."""
    ends: set[int] = set()
    for answer in found:
        line_end = folded.find("\n", answer.rest[1])
        ends |= {answer.label[0], answer.rest[1], (line_end if line_end >= 0 else len(folded) - 1) + 1}
        if answer.says is Says.NO:
            ends.add(answer.rest[0])
    return ends


def on_line(text: str, folded: str, start: int, end: int, columns: Span | None) -> list[Answer]:
    for way in (boxed, worded, led):
        if found := list(way(text, folded, start, end)):
            return found
    return list(in_columns(folded, start, end, columns)) if columns else []


def worded(text: str, folded: str, start: int, end: int) -> Iterator[Answer]:
    """`Angina ....... NO`, `Diabetes: yes, type 2`, `HTN - Y`, `Gout<tab>no`, `Asthma (no)`."""
    found = [token for token in TOKEN.finditer(folded, start, end) if answers_here(text, folded, token, start, end)]
    label = start
    for at, token in enumerate(found):
        last = at + 1 == len(found)
        pair = PAIR.match(folded, token.end(), end) if token.group() in ("yes", "y", "si") else None
        behind = pair.end() if pair else token.end()
        label = max([label, *(stop.end() for stop in SENTENCE_END.finditer(folded, label, token.start()))])
        if any(letter.isalpha() for letter in folded[label : token.start()]):
            says = Says.BLANK if pair else MEANS[token.group()]
            yield Answer((label, token.start()), says, (behind, end if last else behind))
        label = behind


def answers_here(text: str, folded: str, token: re.Match[str], start: int, end: int) -> bool:
    if token.group() in INITIALS and not text[token.start()].isupper():
        return False
    label = folded[start : token.start()].rstrip(" \t")
    gap = folded[start + len(label) : token.start()]
    if label.endswith(LEADS):
        return True
    if label.endswith("("):
        return folded[token.end() : token.end() + 1] == ")"
    ends_there = AFTER.match(folded, token.end(), end) is not None
    if label.endswith((":", "?", "=")) or (label.endswith("-") and gap):
        return ends_there or MEANS[token.group()] is Says.YES
    if WIDE.search(gap) and not label.endswith((".", ",", ";", "!")):
        return ends_there
    return bare(label, token) and TAIL.match(folded, token.end(), end) is not None


def bare(label: str, token: re.Match[str]) -> bool:
    """`Diabetes no`: columns that a scan has run together; a sentence may end in no, too, but is longer."""
    return (
        0 < len(label.split()) <= LONGEST_BARE and "," not in label and token.group() in ("yes", "no", "si", "y", "n")
    )


def led(text: str, folded: str, start: int, end: int) -> Iterator[Answer]:
    """A row of dots with something else behind it, or with nothing."""
    if (asked := QUESTION.match(folded, start, end)) and folded[asked.end() : end].strip():
        yield Answer((start, asked.end()), Says.TEXT, (asked.end(), end))
        return
    leader = LEADER.search(folded, start, end)
    if leader and folded[start : leader.start()].strip():
        written = folded[leader.end() : end].strip(" .:_\t")
        says = (Says.UNKNOWN if written == "?" else Says.TEXT) if written else Says.BLANK
        yield Answer((start, leader.start()), says, (leader.end(), end))


def header(line: str) -> tuple[int, int] | None:
    """Where the columns of yes and no stand, in a line that heads them."""
    found = {token.group(): token.start() for token in re.finditer(r"(?<!\w)(?:yes|si|y|no|n)(?!\w)", line)}
    yes = next((found[word] for word in ("yes", "si", "y") if word in found), None)
    no = next((found[word] for word in ("no", "n") if word in found), None)
    if yes is None or no is None or len(re.findall(r"\w+", line)) > 6 or "/" in line[min(yes, no) : max(yes, no)]:
        return None
    return yes, no


MARK = re.compile(r"(?<=[\s|])[x\u2713\u2714\u25cf\u2022](?=[\s|]*$)")


def in_columns(folded: str, start: int, end: int, columns: Span) -> Iterator[Answer]:
    """A row with one mark, nearest to one of the two columns."""
    mark = MARK.search(folded, start, end)
    if mark and folded[start : mark.start()].strip(" |\t"):
        place = len(folded[start : mark.start()].expandtabs())
        yes, no = columns
        says = Says.YES if abs(place - yes) < abs(place - no) else Says.NO
        yield Answer((start, mark.start()), says, (mark.end(), end))
