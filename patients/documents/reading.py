"""Having a document read by the reader's process: bounded, never left behind, one at a time where it looks."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from patients.documents.faults import FAULTS, NothingReadable
from patients.documents.leafing import PAGE_SECONDS, Leafing
from patients.documents.pages import Page, Reading

Heard = Callable[[Page, int, int], Awaitable[None]]
"""Told each page as soon as it is read, its number from 1, and of how many; reading goes on when it returns."""


async def nobody(page: Page, number: int, of: int) -> None:
    """Hears nothing."""


async def read_document(
    path: Path,
    content_type: str,
    *,
    read: Sequence[Page] = (),
    heard: Heard = nobody,
    wait_seconds: float = math.inf,
    page_seconds: float = PAGE_SECONDS,
) -> Reading:
    """The text of the document at the absolute `path`, or the `faults.Unreadable` that says why not.

    Its first pages may have been `read` before; only those behind them are read and `heard`. It waits
    `wait_seconds` for its turn to look at pictures, then raises `SlotTaken`; a page may take `page_seconds`, and the
    wait is not part of them. Whatever this raises, what `heard` does and cancellation included, the reader is dead
    before.
    """
    pages = list(read)
    leafing = Leafing(path, content_type, read=len(pages), page_seconds=page_seconds, wait_seconds=wait_seconds)
    async with aclosing(leafing.pages()) as turned:
        async for page, of in turned:
            pages.append(page)
            await heard(page, len(pages), of)
    return whole(pages)


def whole(pages: Sequence[Page]) -> Reading:
    """The document of these pages, its method that of those with text; raises why there is none on any of them."""
    methods = {page.method for page in pages if page.text.strip()}
    if not methods:
        fault = next((page.fault for page in pages if page.fault), NothingReadable.__name__)
        raise FAULTS[fault]
    return Reading(tuple(pages), methods.pop() if len(methods) == 1 else "mixed")
