"""Scans as they come are read: a page of each kind, with the least that is acceptable of it.

All of them, with their figures: `python -m tests.scans.score`, docs/reference/ocr-accuracy.md.
"""

import asyncio
from pathlib import Path

import pytest

from patients.documents.reading import read_document
from tests.scans.measures import character_accuracy, rows_kept, values_kept, word_accuracy
from tests.scans.sample import sample

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(
    ("condition", "page", "characters", "words", "values", "rows"),
    [
        ("crooked by 3 degrees", "laboratory", 0.99, 0.98, 1.0, 0.94),
        ("crooked by -3 degrees", "columns", 0.99, 0.98, 1.0, 1.0),
        ("turned by 270 degrees", "small print", 0.99, 0.97, 1.0, 0.94),
        ("photographed, one side dark", "laboratory", 0.99, 0.98, 1.0, 0.94),
        ("fax, fine, bad line", "columns", 0.99, 0.96, 1.0, 0.5),
        ("fax, standard (204 x 98 dpi)", "laboratory", 0.97, 0.92, 0.94, 0.6),
    ],
)
def test_it_is_read(
    tmp_path: Path, condition: str, page: str, characters: float, words: float, values: float, rows: float
) -> None:
    sheet, (content, content_type) = sample(condition, page)
    (tmp_path / "scan").write_bytes(content)
    text = asyncio.run(read_document(tmp_path / "scan", content_type, page_seconds=280)).text
    truth = "\n".join(sheet.lines)
    assert character_accuracy(truth, text) >= characters
    assert word_accuracy(truth, text) >= words
    assert values_kept(sheet.rows, text) >= values
    assert rows_kept(sheet.rows, text) >= rows
