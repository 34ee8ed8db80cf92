"""Documents are read by a process of their own, by eye where they must be."""

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from patients.documents import faults
from patients.documents.pages import Reading
from patients.documents.reading import read_document
from tests.data import letters, minimal_pdf, pages, paper

DATA = Path(__file__).parents[2] / "data"
PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"


def read(path: Path, content_type: str) -> Reading:
    return asyncio.run(read_document(path, content_type))


@pytest.fixture(scope="module")
def scan() -> Reading:
    return read(DATA / "scanned-knee-report.pdf", PDF)


def test_a_scanned_report_is_read_as_it_was_written(scan: Reading) -> None:
    written = [" ".join(words for _, words in line.cells).replace(letters.DASH, "-") for line in letters.KNEE_REPORT]
    assert scan.text.splitlines() == [*written, "RECEIVED", "15 MAY 2025"]


def test_a_scan_says_how_it_was_read(scan: Reading) -> None:
    assert (scan.method, len(scan.pages), scan.characters) == ("ocr", 1, len(scan.text))
    assert scan.confidence is not None
    assert scan.confidence > 0.95


def test_a_page_scanned_crooked_keeps_its_table(tmp_path: Path) -> None:
    table = [line for line in letters.KNEE_REPORT if line.rule and len(line.cells) == 4]
    page = pages.drawn([*table, *letters.KNEE_REPORT[8:10]], size=(1700, 600), margin=190, text=31)
    paper.scanned(page, np.random.default_rng(1), skew=-1.5).save(tmp_path / "crooked.png")
    assert read(tmp_path / "crooked.png", PNG).text.splitlines() == [
        "Test Result Unit Reference",
        "HbA1c 7.1 % 4.0-5.6",
        "Hemoglobin 13.2 g/dL 12.0-16.0",
        "Creatinine 0.9 mg/dL 0.6-1.1",
        "Kellgren-Lawrence grade 4.",
        "Type 2 diabetes mellitus. Essential hypertension.",
    ]


def test_a_photograph_is_turned_the_way_the_telephone_was_held() -> None:
    photo = read(DATA / "phone-photo.jpg", JPEG)
    assert "Metformin 1000 mg twice daily\nLisinopril 10 mg once daily" in photo.text
    assert "Penicillin: rash, moderate" in photo.text


def test_each_page_of_a_fax_is_read() -> None:
    first, second = read(DATA / "two-pages.tif", TIFF).pages
    assert "Twelve sessions for the right knee were completed." in first.text
    assert "Knee flexion 95 degrees, extension deficit 10 degrees." in second.text


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180])
def test_a_page_scanned_the_wrong_way_round_is_read(tmp_path: Path, turn: Image.Transpose) -> None:
    page = pages.drawn(letters.FAX_PAGES[0], size=(1000, 500), margin=80, text=30)
    page.transpose(turn).save(tmp_path / "turned.png")
    assert "\nTwelve sessions for the right knee were completed.\n" in read(tmp_path / "turned.png", PNG).text


def test_a_page_that_is_damaged_does_not_cost_the_others(tmp_path: Path) -> None:
    with Image.open(DATA / "two-pages.tif") as fax:
        fax.save(tmp_path / "damaged.tif", save_all=True, compression="tiff_adobe_deflate")
    content = bytearray((tmp_path / "damaged.tif").read_bytes())
    with Image.open(tmp_path / "damaged.tif") as fax:
        fax.seek(1)
        strips = list(zip(fax.tag_v2[273], fax.tag_v2[279], strict=True))
    for at, length in strips:
        content[at : at + length] = b"\xff" * length
    (tmp_path / "damaged.tif").write_bytes(content)
    reading = read(tmp_path / "damaged.tif", TIFF)
    assert "Twelve sessions for the right knee were completed." in reading.pages[0].text
    assert (reading.pages[1].text, reading.pages[1].fault, reading.needs_review) == ("", "Broken", [2])


def test_a_page_of_a_pdf_that_is_none_does_not_cost_the_others(tmp_path: Path) -> None:
    lines = [letters.words(f"A page with more than fifty characters of text, number {number}.") for number in range(3)]
    content = minimal_pdf.text_pdf([minimal_pdf.text_page([line]) for line in lines])
    (tmp_path / "damaged.pdf").write_bytes(content.replace(b"/Kids [5 0 R 7 0 R 9 0 R]", b"/Kids [5 0 R 3 0 R 9 0 R]"))
    reading = read(tmp_path / "damaged.pdf", PDF)
    assert [page.text[-2:] or page.fault for page in reading.pages] == ["0.", "Broken", "2."]
    assert (reading.method, reading.needs_review) == ("text", [2])


def test_only_the_pages_without_text_are_looked_at(tmp_path: Path) -> None:
    page = pages.drawn(letters.FAX_PAGES[1], size=(1000, 1294), margin=80, text=30)
    (tmp_path / "scan.pdf").write_bytes(minimal_pdf.image_pdf([(paper.jpeg(page, quality=70), page.size)]))
    with pypdfium2.PdfDocument.new() as both:
        for path in (DATA / "knee-report.pdf", tmp_path / "scan.pdf"):
            both.import_pages(pypdfium2.PdfDocument(path))
        both.save(tmp_path / "both.pdf")
    reading = read(tmp_path / "both.pdf", PDF)
    assert (reading.method, [page.method for page in reading.pages]) == ("mixed", ["text", "ocr"])
    assert "Page two: measurements" in reading.text.split("\f")[1]


def test_a_digital_report_is_read_without_the_eye() -> None:
    question = (
        "import sys; from pathlib import Path; from patients.documents.reader import answered, by_eye;"
        "_, read, _ = answered(Path(sys.argv[1]), 'application/pdf', 0, by_eye);"
        "print(read['page']['method'], 'rapidocr' in sys.modules)"
    )
    asked = [sys.executable, "-c", question, str(DATA / "knee-report.pdf")]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=DATA.parents[1])
    assert answer.stdout == "text False\n"


@pytest.mark.parametrize(
    ("name", "content_type", "fault"),
    [
        ("encrypted.pdf", PDF, faults.Encrypted),
        ("broken.pdf", PDF, faults.Broken),
        ("51-pages.pdf", PDF, faults.TooManyPages),
        ("blank-scan.png", PNG, faults.NothingReadable),
        ("phone-photo.jpg", PNG, faults.Broken),
    ],
)
async def test_a_document_that_cannot_be_read_says_why(
    name: str, content_type: str, fault: type[faults.Unreadable]
) -> None:
    with pytest.raises(fault) as refusal:
        await read_document(DATA / name, content_type)
    assert refusal.value.retryable is False


async def test_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    Image.new("1", (9000, 5600)).save(tmp_path / "huge.png")
    with pytest.raises(faults.TooLargeToDraw):
        await read_document(tmp_path / "huge.png", PNG)


async def test_a_tiff_of_fifty_one_pages_is_refused(tmp_path: Path) -> None:
    page = Image.new("1", (100, 100))
    page.save(tmp_path / "many.tif", save_all=True, append_images=[page] * 50)
    with pytest.raises(faults.TooManyPages):
        await read_document(tmp_path / "many.tif", TIFF)


def test_every_fault_has_a_sentence_for_the_patient() -> None:
    assert len(faults.FAULTS) == 7
    assert len({fault.reason for fault in faults.FAULTS.values()}) == 7
    assert [name for name, fault in faults.FAULTS.items() if fault.retryable] == ["ReaderCrashed"]
