"""The measures say what was lost."""

import pytest

from tests.scans.measures import character_accuracy, distance, rows_kept, values_kept, word_accuracy

ROWS = [("Sodium", "139", "mmol/L", "136-145"), ("Potassium", "5.3", "mmol/L", "3.5-5.1", "H")]
READ = "Sodium 139 mmol/L 136-145\nPotassium 5.3 mmol/L 3.5 - 5.1 H"


@pytest.mark.parametrize(
    ("truth", "read", "steps"), [("", "", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
)
def test_the_distance_is_levenshteins(truth: str, read: str, steps: int) -> None:
    assert distance(truth, read) == steps


def test_white_space_does_not_count() -> None:
    assert character_accuracy("one two\nthree", "one  two three") == 1.0


def test_shares_are_of_the_truth() -> None:
    assert character_accuracy("0123456789", "012345678x") == 0.9
    assert word_accuracy("one two three four", "one two tree four") == 0.75
    assert character_accuracy("a", "something else") == 0.0


def test_rows_and_values_are_kept_where_they_stand() -> None:
    assert (rows_kept(ROWS, READ), values_kept(ROWS, READ)) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("read", "rows", "values"),
    [
        (READ.replace("Sodium", "Sodlum"), 0.5, 1.0),
        (READ.replace("139", "189"), 0.5, 0.5),
        ("Sodium 5.3 mmol/L 136-145\nPotassium 139 mmol/L 3.5-5.1 H", 0.0, 0.0),
        ("Sodium\nPotassium\n139\n5.3\nmmol/L\nmmol/L\n136-145\n3.5-5.1 H", 0.0, 0.0),
        (READ.replace("\n", " "), 0.0, 0.5),
        ("", 0.0, 0.0),
    ],
)
def test_a_row_torn_apart_is_not_kept(read: str, rows: float, values: float) -> None:
    assert (rows_kept(ROWS, read), values_kept(ROWS, read)) == (rows, values)
