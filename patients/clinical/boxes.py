"""Ticked and empty boxes on a line of a form."""

import re
from collections.abc import Iterator

from patients.clinical.answer import MEANS, Answer, Says

MARKS = r"[xX\u2713\u2714]"
BOX = re.compile(
    rf"\[\s{{0,3}}(?P<mark>{MARKS}|\*)?\s{{0,3}}\]|\((?P<paren>{MARKS})\)|\(\s{{1,3}}\)|[\u2610\u2611\u2612]"
)
TICKED = {"\u2611", "\u2612"}
BESIDE_WORD = re.compile(r"\s{0,2}(yes|no|y|n|si|none)(?!\w)")
WORD_BEFORE = re.compile(r"(?<!\w)(yes|no|y|n|si|none)\s{0,2}$")


def boxed(text: str, folded: str, start: int, end: int) -> Iterator[Answer]:
    """`[x] Asthma  [ ] Gout`, `Asthma [ ] yes [x] no`, `Asthma [x]`."""
    boxes = list(BOX.finditer(text, start, end))
    if not boxes:
        return
    sided = [(box, word_beside(folded, box, end)) for box in boxes]
    if any(word for _, word in sided):
        yield from yes_no_boxes(sided, start, end)
        return
    first = text[start : boxes[0].start()].strip(" \t-*\u2022.0123456789)")
    before = not first or first.endswith(":")
    for at, box in enumerate(boxes):
        following = boxes[at + 1].start() if at + 1 < len(boxes) else end
        previous = boxes[at - 1].end() if at else start
        label = (box.end(), following) if before else (previous, box.start())
        yield Answer(label, Says.YES if is_ticked(box) else Says.NO, (label[1], label[1]))


def word_beside(folded: str, box: re.Match[str], end: int) -> str:
    if found := BESIDE_WORD.match(folded, box.end(), end):
        return found[1]
    found = WORD_BEFORE.search(folded, max(0, box.start() - 8), box.start())
    return found[1] if found else ""


def yes_no_boxes(sided: list[tuple[re.Match[str], str]], start: int, end: int) -> Iterator[Answer]:
    """Each label's boxes: the ticked one tells, none ticked is no answer."""
    label = start
    for at in range(0, len(sided), 2):
        pair = sided[at : at + 2]
        ticked = [MEANS[word] for box, word in pair if is_ticked(box) and word]
        says = ticked[0] if len(ticked) == 1 else Says.BLANK
        last = pair[-1][0].end()
        following = sided[at + 2][0].start() if at + 2 < len(sided) else end
        yield Answer((label, pair[0][0].start()), says, (last, last if at + 2 < len(sided) else following))
        label = last


def is_ticked(box: re.Match[str]) -> bool:
    return bool(box["mark"] or box["paren"]) or box.group() in TICKED
