"""What is said of a document follows from its pages."""

from patients.documents.pages import Page, Reading


def test_a_readings_text_confidence_and_length_come_from_its_pages() -> None:
    reading = Reading((Page("own", None, "text"), Page("seen", 0.5, "ocr"), Page("better", 1.0, "ocr")), "mixed")
    assert (reading.text, reading.characters, reading.confidence) == ("own\fseen\fbetter", 13, 0.8)
    assert (reading.needs_review, reading.page_confidence) == ([2], [None, 0.5, 1.0])
    assert Reading((Page("own", None, "text"),), "text").confidence is None


def test_a_page_that_could_not_be_read_wants_a_persons_eye() -> None:
    assert Reading((Page("own", None, "text"), Page("", 0.0, "ocr", "TookTooLong")), "text").needs_review == [2]
