"""The portal's pages and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.curaway.portal.conftest import SCRIPT

HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def code(response: Any) -> str:
    return str(response.json()["errors"][0]["code"])


@pytest.mark.usefixtures("built")
def test_the_page_is_asked_for_again_every_time_because_it_names_the_files() -> None:
    page = Client().get("/")
    assert (page.status_code, page.content) == (200, b"<title>Curaway</title>")
    assert page["Cache-Control"] == "no-cache"
    assert page["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("built")
def test_an_asset_may_be_kept_for_a_year() -> None:
    asset = Client().get("/assets/main-Bx1.js")
    assert (asset.status_code, asset.content) == (200, SCRIPT)
    assert asset["Cache-Control"] == "public, max-age=31536000, immutable"
    assert asset["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None), ("", None)]
)
@pytest.mark.usefixtures("built")
def test_an_asset_is_sent_as_it_was_compressed_when_built(accepted: str, encoding: str | None) -> None:
    asset = Client().get("/assets/main-Bx1.js", headers={"Accept-Encoding": accepted})
    assert asset.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in asset["Vary"]
    assert asset["Content-Length"] == str(len(asset.content))


def test_in_production_the_files_are_those_of_the_start(settings: Any, built: None, tmp_path: Path) -> None:
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    settings.STATIC_ROOT = tmp_path
    client = Client()
    assert client.get("/assets/main-Bx1.js")["Cache-Control"] == "public, max-age=31536000, immutable"
    (tmp_path / "assets" / "late.js").write_bytes(SCRIPT)
    assert client.get("/assets/late.js").status_code == 404


@pytest.mark.usefixtures("unbuilt")
def test_production_starts_without_the_portal(settings: Any, tmp_path: Path) -> None:
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    settings.STATIC_ROOT = tmp_path
    assert Client().get("/").status_code == 200
    assert Client().get("/assets/main-Bx1.js").status_code == 404


@pytest.mark.usefixtures("built")
def test_an_asset_that_has_not_changed_is_not_sent_again() -> None:
    first = Client().get("/assets/main-Bx1.js")
    again = Client().get("/assets/main-Bx1.js", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets", "/assets/"]
)
def test_what_is_no_asset_is_refused_in_the_envelope(path: str) -> None:
    answer = Client().get(path, **HTML)
    assert (answer.status_code, code(answer)) == (404, "ROUTE_NOT_FOUND_001")


@pytest.mark.usefixtures("unbuilt")
def test_without_the_portal_the_page_says_how_to_get_it_and_what_works() -> None:
    page = Client().get("/")
    said = page.content.decode()
    assert page.status_code == 200
    for part in ("Node.js 20", "make run", 'href="/api/v1/docs"', 'href="/admin/"'):
        assert part in said


@pytest.mark.usefixtures("built")
def test_the_playground_is_for_development() -> None:
    assert Client().get("/playground").content == b"<title>playground</title>"
    assert Client().get("/portal/config").json()["playground"] is True


@pytest.mark.usefixtures("built", "production")
@pytest.mark.parametrize("path", ["/playground", "/playground.html"])
def test_production_has_no_playground(path: str) -> None:
    assert Client().get(path).status_code == 404
    assert Client().get("/portal/config").json()["playground"] is False


@pytest.mark.usefixtures("built")
def test_a_person_who_mistypes_gets_the_portal_and_a_program_the_envelope() -> None:
    person, program = Client().get("/recrod", **HTML), Client().get("/recrod", HTTP_ACCEPT="*/*")
    assert (person.status_code, person.content) == (404, b"<title>Curaway</title>")
    assert (program.status_code, code(program)) == (404, "ROUTE_NOT_FOUND_001")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/api", "/api/v1/nothing", "/uploads", "/webhooks/x", "/portal/x"])
def test_paths_of_programs_never_answer_with_a_page(path: str) -> None:
    answer = Client().get(path, **HTML)
    assert (answer.status_code, code(answer)) == (404, "ROUTE_NOT_FOUND_001")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/playground", "/portal/config"])
def test_pages_are_read_only(path: str) -> None:
    answer = Client().post(path, **HTML)
    assert (answer.status_code, code(answer)) == (405, "METHOD_NOT_ALLOWED_001")
