"""What a notification says, in the patient's language; of the patient it knows the first name and nothing else."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string

WRITTEN_IN = ("en", "es", "ar")
FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar"})


class Mail(NamedTuple):
    """A composed mail."""

    subject: str
    text: str
    html: str


def compose(kind: str, *, locale: str, first_name: str) -> Mail:
    """The mail of this kind, in English where it is not written in the patient's language.

    A template's first line is the subject and its last one the words of the link; between them, paragraphs.
    """
    language = locale if locale in WRITTEN_IN else FALLBACK
    words = render_to_string(f"notifications/{language}/{kind}.txt", {"first_name": first_name})
    subject, *paragraphs, link = [piece.strip() for piece in words.strip().split("\n\n")]
    address = settings.ENVIRONMENT.portal_url
    text = "\n\n".join([*paragraphs, f"{link}: {address}"]) + "\n"
    html = render_to_string(
        "notifications/mail.html",
        {
            "subject": subject,
            "paragraphs": paragraphs,
            "link": link,
            "address": address,
            "language": language,
            "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        },
    )
    return Mail(subject, text, html)
