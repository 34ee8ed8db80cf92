"""The queue's part in a story: its signed callbacks."""

from __future__ import annotations

import pytest

from tests.webhooks.callbacks import Callbacks, with_signing_keys


@pytest.fixture
def callbacks(server, settings):
    """Sends callbacks signed with keys that the server accepts for the length of the test."""
    settings.ENVIRONMENT = with_signing_keys(settings.ENVIRONMENT)
    return Callbacks(settings.ENVIRONMENT.public_base_url)
