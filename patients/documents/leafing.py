"""Going through a document page by page, with as many readers as that takes, one after another."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patients.confined import Crashed, next_line, running
from patients.documents.faults import FAULTS, MAX_PAGES, ReaderCrashed, TookTooLong
from patients.documents.pages import Page
from patients.documents.slot import reading_slot

READER = (sys.executable, "-m", "patients.documents.reader")

PAGE_SECONDS = 85.0
"""Longest time for a page: some twenty times what one takes, for machines that are slow or busy."""


TEXT, LOOK = "text", "look"
"""What a reader may: any number read at a time what pages say themselves, one looks at them."""

WANTS_TO_LOOK = ""
"""It waits for its turn, and no reader lives meanwhile."""


class MustLook(Exception):
    """The next page has to be looked at."""


class Leafing:
    """The pages of one document that follow the first `read` ones."""

    def __init__(self, path: Path, content_type: str, *, read: int, page_seconds: float, wait_seconds: float) -> None:
        self._asked = (*READER, str(path), content_type)
        self._page_seconds, self._wait_seconds = page_seconds, wait_seconds
        self._may, self._read, self._of = TEXT, read, 0
        self._died_at = -1
        self._given_up: list[Page] = []

    async def pages(self) -> AsyncGenerator[tuple[Page, int], None]:
        """Each page, and how many there are; raises the `faults.Unreadable` that keeps all from being read, and
        `SlotTaken` when its turn to look at pictures does not come.

        A page at which the reader dies twice, or stays too long, is left without text, once a page behind it was
        read or there is none: two in a row are our fault rather than theirs.
        """
        async with AsyncExitStack() as slot:
            while not self._of or self._next < self._of:
                async with aclosing(self._turned()) as turned:
                    async for page in turned:
                        yield page, self._of
                if self._may == WANTS_TO_LOOK:
                    await slot.enter_async_context(reading_slot(wait_seconds=self._wait_seconds))
                    self._may = LOOK
            for page in self._given_up:
                yield page, self._of

    @property
    def _next(self) -> int:
        return self._read + len(self._given_up)

    async def _turned(self) -> AsyncGenerator[Page, None]:
        """The pages that one reader gets through, and before them those that were given up."""
        try:
            async with aclosing(self._read_on()) as read:
                async for page in read:
                    turned = [*self._given_up, page]
                    self._read, self._given_up = self._read + len(turned), []
                    for one in turned:
                        yield one
        except MustLook:
            self._may = WANTS_TO_LOOK
        except (ReaderCrashed, TookTooLong) as fault:
            self._stumble(fault)

    def _stumble(self, fault: ReaderCrashed | TookTooLong) -> None:
        if self._of < 2:
            raise fault
        if self._given_up:
            raise ReaderCrashed("two pages in a row")
        if isinstance(fault, ReaderCrashed) and self._died_at != self._next:
            self._died_at = self._next
        else:
            self._given_up.append(Page("", 0.0, "ocr", type(fault).__name__))

    async def _read_on(self) -> AsyncGenerator[Page, None]:
        """The next pages, by a reader of their own, to the last one."""
        try:
            async with running((*self._asked, str(self._next), self._may)) as reader:
                while not (said := understood(await next_line(reader, timeout_seconds=self._page_seconds))).done:
                    self._check(said)
                    if said.page is not None:
                        yield said.page
        except TimeoutError:
            raise TookTooLong(f"after {self._page_seconds:g} seconds") from None
        except Crashed as crashed:
            raise ReaderCrashed(str(crashed)) from None
        self._check(said)

    def _check(self, said: Said) -> None:
        """The reader handled a stranger's bytes, so nothing that it says is taken for granted."""
        if said.looks and self._may == TEXT:
            raise MustLook
        self._of = self._of or said.of
        is_sense = 0 < self._of <= MAX_PAGES and said.of in (0, self._of)
        is_next = self._next < self._of if said.page is not None else self._next == self._of or not said.done
        if said.looks or not (is_sense and is_next):
            raise ReaderCrashed("an answer that makes no sense")


@dataclass(frozen=True)
class Said:
    """A line of the reader's: how many pages there are, that it wants to look, a page, or that it is done."""

    of: int = 0
    looks: bool = False
    page: Page | None = None
    done: bool = False


def understood(line: bytes) -> Said:
    """Raises the `faults.Unreadable` that the line names, `ReaderCrashed` when it makes no sense."""
    try:
        said = json.loads(line)
        if "page" in said:
            return Said(page=page(said["page"]))
        if "pages" in said:
            return Said(of=int(said["pages"]))
        if "looks" in said:
            return Said(looks=True)
        if said["ok"] is not True:
            raise FAULTS[said["fault"]](str(said["cause"]))
        return Said(done=True)
    except (ValueError, KeyError, TypeError) as error:
        raise ReaderCrashed("an answer that makes no sense") from error


def page(told: dict[str, Any]) -> Page:
    confidence, fault = told["confidence"], str(told["fault"])
    if fault and fault not in FAULTS:
        raise ValueError
    return Page(str(told["text"]), None if confidence is None else float(confidence), str(told["method"]), fault)
