"""A page is turned the way its lines run, whichever way it was scanned."""

import numpy as np
import pytest

from patients.documents.orientation import quarter_turns

HEIGHT, WIDTH = 600, 400
TOP_LEFT = 200


def sheet() -> np.ndarray:
    """A page with a mark in its upper left corner, the only thing on it that is not symmetric."""
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    page[50:60, 40:360] = page[540:550, 40:360] = 0
    page[50:60, 40:80] = TOP_LEFT
    return page


def lines(page: np.ndarray) -> list:
    """Boxes around the two bars."""
    down, across = np.nonzero(page[..., 0] < 250)
    first, last = (across.min(), down.min()), (across.max(), down.max())
    if page.shape[0] > page.shape[1]:
        return [box(first[0], first[1], last[0], first[1] + 10), box(first[0], last[1] - 9, last[0], last[1] + 1)]
    return [box(first[0], first[1], first[0] + 10, last[1]), box(last[0] - 9, first[1], last[0] + 1, last[1])]


def box(left: float, top: float, right: float, bottom: float) -> tuple:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def sureness(line: np.ndarray) -> float:
    """A line is read when its mark is at its beginning; the bar without a mark is read either way."""
    grey = np.abs(line[..., 0].astype(int) - TOP_LEFT) < 20
    where = np.nonzero(grey)[1]
    return 0.95 if len(where) == 0 or where.mean() < line.shape[1] / 2 else 0.3


@pytest.mark.parametrize("turns", range(4))
def test_however_it_was_scanned_it_stands_upright(turns: int) -> None:
    turned = np.ascontiguousarray(np.rot90(sheet(), turns))
    more = quarter_turns(turned, found=lines, sureness=sureness)
    assert np.array_equal(np.rot90(turned, more), sheet())


def test_a_page_without_lines_is_left_as_it_is() -> None:
    page = sheet()
    assert quarter_turns(page, found=lambda _: [], sureness=sureness) == 0


def test_a_poor_page_that_reads_no_better_on_its_head_stays() -> None:
    page = sheet()
    assert quarter_turns(page, found=lines, sureness=lambda _: 0.5) == 0
