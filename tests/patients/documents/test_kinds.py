"""What a file is, is decided by its bytes; what may be uploaded, by its name."""

from pathlib import Path

import pytest

from patients.documents.kinds import CONTENT_TYPES, HEAD_BYTES, extension_of, sniff

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("knee-report.pdf", "application/pdf"),
        ("encrypted.pdf", "application/pdf"),
        ("phone-photo.jpg", "image/jpeg"),
        ("blank-scan.png", "image/png"),
        ("two-pages.tif", "image/tiff"),
    ],
)
def test_a_sample_is_what_its_name_says(name: str, content_type: str) -> None:
    assert sniff((DATA / name).read_bytes()[:HEAD_BYTES]) == content_type
    assert CONTENT_TYPES[extension_of(name)] == content_type


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"\xef\xbb\xbf\r\n%PDF-1.7", "application/pdf"),
        (b"x" * 1019 + b"%PDF-", "application/pdf"),
        (b"x" * 1020 + b"%PDF-", None),
        (b"\xff\xd8\xff\xe1 a comment: %PDF-1.4", "image/jpeg"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
        (b"II+\x00\x08\x00\x00\x00", None),
        (b"MM\x00+\x00\x08\x00\x00", None),
        (b"GIF89a", None),
        (b"\x00" * 128 + b"DICM", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_the_first_bytes_prove_the_kind(head: bytes, content_type: str | None) -> None:
    assert sniff(head) == content_type


@pytest.mark.parametrize(
    ("filename", "extension"),
    [
        ("Report.PDF", ".pdf"),
        ("my scan.final.JPeG ", ".jpeg"),
        ("report.pdf.exe", ".exe"),
        ("C:\\scans\\knee.tif", ".tif"),
        ("image.dcm", ".dcm"),
        ("تقرير.png", ".png"),
        ("no-extension", ""),
        (".pdf", ""),
        ("", ""),
    ],
)
def test_only_the_last_extension_counts(filename: str, extension: str) -> None:
    assert extension_of(filename) == extension


def test_six_extensions_are_taken() -> None:
    assert set(CONTENT_TYPES) == {".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"}
