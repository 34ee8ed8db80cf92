"""The kinds of document that are taken, and how their first bytes give them away."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

HEAD_BYTES = 1024
"""How many bytes from the start of a file `sniff` needs to decide."""

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"


@dataclass(frozen=True)
class Kind:
    """A kind of document: the extensions it may carry, and what its first bytes must be."""

    extensions: tuple[str, ...]
    begins: Callable[[bytes], bool]


KINDS: dict[str, Kind] = {
    # Scanners and mail gateways put a few bytes before the mark; readers search the first 1,024.
    PDF: Kind((".pdf",), lambda head: b"%PDF-" in head[:HEAD_BYTES]),
    JPEG: Kind((".jpg", ".jpeg"), lambda head: head.startswith(b"\xff\xd8\xff")),
    PNG: Kind((".png",), lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    # 42 only: 43 is BigTIFF, a container for images far larger than any page.
    TIFF: Kind((".tif", ".tiff"), lambda head: head.startswith((b"II*\x00", b"MM\x00*"))),
}
"""The one list of what is taken, by content type."""

CONTENT_TYPES: dict[str, str] = {
    extension: content_type for content_type, kind in KINDS.items() for extension in kind.extensions
}
"""The content type each allowed extension stands for; an extension that is not here is refused."""


def extension_of(filename: str) -> str:
    """The extension in lower case with its dot, as `.pdf`; empty when the name has none.

    Only the last one counts: `report.pdf.exe` is `.exe`.
    """
    return PurePosixPath(filename.replace("\\", "/").strip()).suffix.lower()


def sniff(head: bytes) -> str | None:
    """The content type that a file's first `HEAD_BYTES` bytes prove, or None when it is no kind of ours."""
    # Images first: their marks stand at the very start, while "%PDF-" may lie in a picture's comment.
    images = (content_type for content_type in KINDS if content_type != PDF)
    return next((content_type for content_type in (*images, PDF) if KINDS[content_type].begins(head)), None)
