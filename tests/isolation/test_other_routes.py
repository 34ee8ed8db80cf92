"""What is served besides the API: each path by name, with what keeps strangers out; a new one can't be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from curaway.api import api
from tests.staff import staff

pytestmark = pytest.mark.usefixtures("database")

FOR_EVERYBODY = "Says nothing about anybody."
SIGNED = "The queue's signature on the raw bytes, before anything is looked at."
ADDRESS = "The address is signed, ends in a quarter of an hour, and is good for one document."
DEVELOPMENT = "With DEBUG on only; it gives out tokens of the demo's people."
OWN_TOKEN = "A token of its own; without one it is refused unless DEBUG is on."

OTHERS: Mapping[str, str] = {
    "uploads/<str:token>": ADDRESS,
    "webhooks/qstash/document-parse": SIGNED,
    "webhooks/qstash/clinical-extract": SIGNED,
    "webhooks/qstash/notification": SIGNED,
    "webhooks/qstash/failed": SIGNED,
    "webhooks/qstash/sweep": SIGNED,
    "health": FOR_EVERYBODY,
    "ready": FOR_EVERYBODY,
    "metrics": OWN_TOKEN,
    "": FOR_EVERYBODY,
    "playground": DEVELOPMENT,
    "admin": FOR_EVERYBODY,
    "api/v1/docs": FOR_EVERYBODY,
    "api/v1/openapi.json": FOR_EVERYBODY,
    "api/v1/": FOR_EVERYBODY,
    "portal/": FOR_EVERYBODY,
    "portal/config": FOR_EVERYBODY,
    "portal/token": DEVELOPMENT,
    "portal/test-event": DEVELOPMENT,
    "^(?:api|uploads|webhooks|portal|assets)(?:/|$)": FOR_EVERYBODY,
}


def paths(patterns: Any, before: str = "") -> Iterator[str]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from paths(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            yield path


def served() -> set[str]:
    return {path for path in paths(get_resolver().url_patterns) if not path.startswith("admin/")}


def test_every_path_is_of_the_api_or_known_here_with_what_protects_it() -> None:
    described = {
        path.removeprefix("/").replace("{patient_id}", "<patient_id>").replace("{resource_type}", "<resource_type>")
        for path in api.get_openapi_schema()["paths"]
    }
    assert served() - described == set(OTHERS)


@pytest.mark.parametrize("path", sorted(path for path, why in OTHERS.items() if why == SIGNED))
def test_a_callback_without_a_signature_is_refused(path: str) -> None:
    answer = Client().post(f"/{path}", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "QSTASH_VERIFY_001")


PART = re.compile(r"<(?:(\w+):)?\w+>")
VALUES = {"uuid": "00000000-0000-4000-8000-000000000000"}


def admin_pages() -> list[str]:
    """The addresses of the admin, about a record that does not exist."""
    found = (path for path in paths(get_resolver().url_patterns) if path.startswith("admin/"))
    named = (PART.sub(lambda part: VALUES.get(part[1], "1"), path) for path in found)
    return sorted({f"/{path}" for path in named if "(?" not in path and "^" not in path})


OPEN = {"/admin/login/", "/admin/jsi18n/", "/admin/logout/"}


def test_nobody_sees_a_page_of_the_admin_without_signing_in() -> None:
    pages, stranger = set(admin_pages()) - OPEN, Client()
    assert len(pages) > 40
    heard = {page: stranger.get(page) for page in pages}
    let_in = [page for page, answer in heard.items() if answer.status_code != 302 or "login" not in answer.url]
    assert let_in == []


def test_staff_without_a_permission_see_no_record_of_anybody() -> None:
    newcomer = staff()
    ours = {page for page in set(admin_pages()) - OPEN if page.startswith(("/admin/events/", "/admin/patients/"))}
    heard = {page: newcomer.get(page).status_code for page in ours}
    assert set(heard.values()) <= {302, 403, 404, 405}
    assert {heard[page] for page in ours if page.count("/") == 4} == {403}
