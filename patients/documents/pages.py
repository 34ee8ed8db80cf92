"""What a document says, page by page."""

from dataclasses import dataclass

REVIEW_BELOW = 0.95
"""A page of lower confidence wants a person's eye: figures in it may be wrong. Measured: pages of which a tenth of the
characters or more was misread lie below, good ones above 0.97 (docs/reference/ocr-accuracy.md)."""


@dataclass(frozen=True)
class Page:
    """One page's text; confidence 0..1 where it was read by eye, None where the file says it itself.

    `fault` names what kept the page from being read, empty when nothing did.
    """

    text: str
    confidence: float | None
    method: str
    fault: str = ""


@dataclass(frozen=True)
class Reading:
    """A document's text, page by page; method is `text`, `ocr`, or `mixed`."""

    pages: tuple[Page, ...]
    method: str

    @property
    def text(self) -> str:
        """The pages, a form feed between two; no page contains one."""
        return "\f".join(page.text for page in self.pages)

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)

    @property
    def confidence(self) -> float | None:
        """The mean over the letters that were read by eye, 0..1; None when none were."""
        seen = [(page.confidence, len(page.text)) for page in self.pages if page.confidence is not None]
        letters = sum(length for _, length in seen)
        return sum(sure * length for sure, length in seen) / letters if letters else None

    @property
    def page_confidence(self) -> list[float | None]:
        """Each page's own."""
        return [page.confidence for page in self.pages]

    @property
    def needs_review(self) -> list[int]:
        """Numbers, from 1, of the pages that were read by eye and not surely, or not at all."""
        return [
            number
            for number, page in enumerate(self.pages, 1)
            if page.confidence is not None and page.confidence < REVIEW_BELOW
        ]
