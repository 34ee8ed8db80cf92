"""The ways a document can fail, each with the sentence its patient is told."""

from typing import ClassVar

MAX_PAGES = 50


class Fault(Exception):
    """Nothing could be done with a document. Its message, if any, is for operators, without patient data."""

    reason: ClassVar[str]
    retryable: ClassVar[bool] = False


class Unreadable(Fault):
    """No text could be had from a document."""

    reason: ClassVar[str] = "This document could not be read. Please upload it again, or as a new scan."


class Encrypted(Unreadable):
    """The PDF opens only with a password."""

    reason = "This PDF is protected with a password. Please upload it without the password."


class Broken(Unreadable):
    """The bytes begin like a document and are not one."""

    reason = "This file is damaged and cannot be opened. Please save or scan it again and upload it."


class TooManyPages(Unreadable):
    """More pages than are read in one go."""

    reason = f"This document has more than {MAX_PAGES} pages. Please upload it in smaller parts."


class TooLargeToDraw(Unreadable):
    """A picture of more pixels than are decoded; refused by its header, before any memory is spent on it."""

    reason = "This picture is too large to read. Please upload it at a lower resolution."


class TookTooLong(Unreadable):
    """The reader was still at work when its time was up. Trying again would cost the same time again."""

    reason = "Reading this document took too long. Please upload it in smaller parts."


class NothingReadable(Unreadable):
    """Every way of reading was tried, and there was no text."""

    reason = "No text could be found in this document. Please upload a sharper scan or photo."


class ReaderCrashed(Unreadable):
    """The reader died (out of memory, a fault in a library): nothing is known about the document itself."""

    reason = "Something went wrong on our side while reading this document. We will try again."
    retryable = True


FAULTS: dict[str, type[Unreadable]] = {fault.__name__: fault for fault in Unreadable.__subclasses__()}
"""Every fault by its name, as the reader's process reports it."""
