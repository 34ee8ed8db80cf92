"""The accuracy page says what the engine does today."""

from pathlib import Path

import pytest

from tests.clinical.score import HALVES, scores, table

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "clinical-accuracy.md"


@pytest.mark.parametrize("half", HALVES)
def test_the_page_has_the_table_that_the_command_prints(half: str) -> None:
    assert table(scores(HALVES[half])) in PAGE.read_text(encoding="utf-8")


def test_each_half_has_as_many_reports() -> None:
    assert [len(list(folder.glob("*.txt"))) for folder in HALVES.values()] == [8, 8]
