"""Pages are heard one by one; one that kills the reader, or holds it up, does not cost the others."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from patients.documents import leafing, slot
from patients.documents.faults import ReaderCrashed
from patients.documents.pages import Page, Reading
from patients.documents.reading import read_document
from tests.patients.documents.test_reader_process import SAYS

PDF = "application/pdf"
FIVE = """
tell(pages=5)
for number in range(int(sys.argv[3]) + 1, 6):
    # One character for each reader that begins this page.
    with open(f'{sys.argv[1]}-{number}', 'a') as tried: tried.write('x')
    tries = os.path.getsize(f'{sys.argv[1]}-{number}')
    at(number, tries)
    page(f'page {number}', 0.99)
tell(ok=True)
"""
DIES, SLEEPS = "os._exit(1)", "time.sleep(60)"

Does = Callable[[str], None]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Does:
    """A reader of five pages that does something at some of them."""
    monkeypatch.setattr(slot, "slot_path", lambda: tmp_path / "slot.lock")

    def does(what: str) -> None:
        at = f"def at(number, tries):\n    {what}\n"
        monkeypatch.setattr(leafing, "READER", (sys.executable, "-c", SAYS + at + FIVE))

    return does


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., object]:
    async def read(**limits: object) -> Reading:
        return await read_document(tmp_path / "tries", PDF, **limits)  # type: ignore[arg-type]

    return read


def texts(reading: Reading) -> list[str]:
    return [page.text or page.fault for page in reading.pages]


ALL = [f"page {number}" for number in range(1, 6)]


async def test_each_page_is_heard_before_the_next_one_is_read(reader, read, tmp_path) -> None:
    # Page two is not begun until the first one was heard.
    reader("while number == 2 and not os.path.exists(sys.argv[1]): time.sleep(0.01)")
    heard = []

    async def hear(page: Page, number: int, of: int) -> None:
        (tmp_path / "tries").touch()
        heard.append((page.text, number, of))

    assert texts(await read(heard=hear)) == ALL
    assert heard == [(text, number, 5) for number, text in enumerate(ALL, 1)]


async def test_what_was_read_before_is_not_read_again(reader, read, tmp_path) -> None:
    reader("pass")
    before = [Page("before", 0.5, "ocr"), Page("that", None, "text")]
    assert texts(await read(read=before)) == ["before", "that", *ALL[2:]]
    assert not (tmp_path / "tries-2").exists()


async def test_a_reader_that_died_once_is_followed_by_another(reader, read, tmp_path) -> None:
    reader(f"if number == 3 and tries == 1: {DIES}")
    assert texts(await read()) == ALL
    assert (tmp_path / "tries-2").read_text() == "x"


@pytest.mark.parametrize("number", [1, 3, 5])
async def test_a_page_that_kills_every_reader_is_left_without_text(reader, read, number: int) -> None:
    reader(f"if number == {number}: {DIES}")
    reading = await read()
    assert texts(reading) == [*ALL[: number - 1], "ReaderCrashed", *ALL[number:]]
    assert reading.needs_review == [number]


async def test_a_page_that_takes_too_long_is_left_without_text(reader, read, tmp_path) -> None:
    reader(f"if number == 2: {SLEEPS}")
    reading = await read(page_seconds=3)
    assert texts(reading) == [ALL[0], "TookTooLong", *ALL[2:]]
    assert (tmp_path / "tries-2").read_text() == "x"


@pytest.mark.parametrize("does", [DIES, SLEEPS])
async def test_two_of_them_in_a_row_are_no_fault_of_theirs(reader, read, does: str) -> None:
    reader(f"if number in (2, 3): {does}")
    heard = []

    async def hear(page: Page, number: int, of: int) -> None:
        heard.append(number)

    with pytest.raises(ReaderCrashed):
        await read(heard=hear, page_seconds=3)
    # The first of the two may be read another time.
    assert heard == [1]


async def test_the_last_page_may_hold_the_only_fault(reader, read) -> None:
    reader(f"if number == 5: {SLEEPS}")
    assert texts(await read(page_seconds=3))[-1] == "TookTooLong"
