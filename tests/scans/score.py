"""How well scans are read: pages whose text is known, drawn, damaged, and read again.

    python -m tests.scans.score                  the table: 56 pages, ten minutes to half an hour on two cores
    python -m tests.scans.score fax laboratory   only what has each of these words in its condition or page
    python -m tests.scans.score --texts          what was read, page by page, as well
    python -m tests.scans.score --plain          without what is done to pictures and to the order of lines

Read in this process, from the uploaded file's bytes on, as the reader does it (`patients.documents.reader`).
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from unittest.mock import patch

from patients.documents.drawing import drawn_picture, opened_picture
from tests.scans.conditions import CONDITIONS
from tests.scans.measures import character_accuracy, rows_kept, values_kept, word_accuracy
from tests.scans.sample import sample
from tests.scans.texts import SHEETS

PLAIN = {
    "patients.documents.drawing.unsqueezed": lambda page, *_: page,
    "patients.documents.ocr.restored": lambda page: page,
    "patients.documents.ocr.are_squat": lambda _: False,
    "patients.documents.lines.in_reading_order": list,
}
FIGURES = ("characters", "words", "values", "rows", "confidence", "seconds")


def scores(words: list[str]) -> Iterator[tuple[str, str, list[float], str]]:
    """Condition, page, its figures, and what was read."""
    for condition in CONDITIONS:
        for name in SHEETS:
            if all(word in f"{condition} {name}" for word in words):
                yield condition, name, *score(condition, name)


def score(condition: str, name: str) -> tuple[list[float], str]:
    from patients.documents.ocr import read_page

    sheet, (content, content_type) = sample(condition, name)
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        began = time.perf_counter()
        with opened_picture(Path(file.name), content_type) as picture:
            read = read_page(drawn_picture(picture, 0))
        seconds = time.perf_counter() - began
    truth = "\n".join(sheet.lines)
    figures = [
        *(measure(truth, read.text) for measure in (character_accuracy, word_accuracy)),
        *(measure(sheet.rows, read.text) for measure in (values_kept, rows_kept)),
        read.confidence,
        seconds,
    ]
    return figures, read.text


def line(condition: str, page: str, figures: list[float]) -> str:
    *shares, seconds = figures
    return f"| {condition} | {page} | {' | '.join(f'{share:.3f}' for share in shares)} | {seconds:.1f} |"


def main() -> None:
    with ExitStack() as plainly:
        if "--plain" in sys.argv:
            for name, instead in PLAIN.items():
                plainly.enter_context(patch(name, instead))
        show()


def show() -> None:
    print(f"| condition | page | {' | '.join(FIGURES)} |\n{'|---' * (2 + len(FIGURES))}|")
    done = []
    for condition, name, figures, text in scores([word for word in sys.argv[1:] if not word.startswith("--")]):
        done.append(figures)
        print(line(condition, name, figures), flush=True)
        if "--texts" in sys.argv:
            print(f"\n{text}\n")
    if done:
        print(line("all", f"{len(done)} pages", [fmean(column) for column in zip(*done, strict=True)]))


if __name__ == "__main__":
    main()
