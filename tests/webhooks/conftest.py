"""Signed callbacks to the suite's server, and documents for them to be about."""

from __future__ import annotations

import pytest

from patients.documents import parsing
from tests.webhooks.callbacks import Callbacks, with_signing_keys
from tests.webhooks.documents import Reader, job_of, upload


@pytest.fixture
def callbacks(server, settings):
    """Sends callbacks signed with keys that the server accepts for the length of the test."""
    settings.ENVIRONMENT = with_signing_keys(settings.ENVIRONMENT)
    return Callbacks(settings.ENVIRONMENT.public_base_url)


@pytest.fixture
def reader(monkeypatch):
    """Reads nothing and says what it is told to."""
    monkeypatch.setattr(parsing, "read_document", standing_in := Reader())
    yield standing_in
    standing_in.let_go.set()
    standing_in.go_on.set()


@pytest.fixture
def document(people):
    return upload(people.patient())


@pytest.fixture
def deliver(callbacks):
    """Delivers a document's job as the queue does."""

    def delivered(document, **options):
        return callbacks.send("document-parse", job_of(document).message(), **options)

    return delivered
