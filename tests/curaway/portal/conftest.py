"""A portal that was built, or not, and the settings it is served under."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.curaway.portal.keys import publishable

SCRIPT = b"console.log(1)" * 100


@pytest.fixture
def built(settings: Any, tmp_path: Path) -> None:
    """A portal as `npm run build` leaves it."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<title>Curaway</title>")
    (tmp_path / "playground.html").write_text("<title>playground</title>")
    (assets / "main-Bx1.js").write_bytes(SCRIPT)
    (assets / "main-Bx1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "main-Bx1.js.br").write_bytes(b"as brotli packs it")
    settings.PORTAL = tmp_path


@pytest.fixture
def unbuilt(settings: Any, tmp_path: Path) -> None:
    settings.PORTAL = tmp_path / "dist"


@pytest.fixture
def production(settings: Any) -> None:
    """As far as the portal's routes can tell."""
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, DEBUG=False, CLERK_JWT_KEY="a key", CLERK_PUBLISHABLE_KEY=publishable("clerk.example.com")
    )


@pytest.fixture
def clerk(settings: Any) -> None:
    """Development with Clerk."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, CLERK_JWT_KEY="a key")
