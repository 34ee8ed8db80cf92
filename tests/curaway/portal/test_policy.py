"""What a browser may load and call on our pages."""

from __future__ import annotations

import pytest
from django.test import Client

from curaway.content_security import clerk_host, content_security_policy
from curaway.environment import Environment, SettingsRefused
from tests.curaway.portal.keys import publishable


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/playground", "/api/v1/docs", "/admin/login/", "/assets/main-Bx1.js"])
def test_every_page_runs_only_what_this_server_serves(path: str) -> None:
    page = Client().get(path)
    policy = dict(part.strip().partition(" ")[::2] for part in page["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["font-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/playground"])
def test_a_page_may_use_the_camera_and_no_other_sensor(path: str) -> None:
    allowed = Client().get(path)["Permissions-Policy"]
    assert "camera=(self)" in allowed
    assert "microphone=()" in allowed
    assert "geolocation=()" in allowed


def test_the_stream_may_be_opened_and_documents_put_where_they_are_kept() -> None:
    directives = content_security_policy(
        Environment(PUBLIC_BASE_URL="https://api.example.com/", S3_ENDPOINT_URL="https://a.r2.example.com/bucket")
    )["DIRECTIVES"]
    assert directives["connect-src"] == ["'self'", "https://a.r2.example.com", "https://api.example.com"]


def test_clerk_may_run_its_scripts_and_no_inline_one() -> None:
    directives = content_security_policy(Environment(CLERK_PUBLISHABLE_KEY=publishable("clerk.example.com")))[
        "DIRECTIVES"
    ]
    assert directives["script-src"] == ["'self'", "https://clerk.example.com", "https://challenges.cloudflare.com"]
    assert "https://clerk.example.com" in directives["connect-src"]
    assert "'unsafe-inline'" in directives["style-src"]


@pytest.mark.parametrize(
    "key",
    ["pk_test_", "sk_test_secret", "pk_test_!!!", "pk_live_YQ", publishable("x.com; script-src *"), publishable("a b")],
)
def test_a_key_that_names_no_host_stops_the_start_and_is_not_repeated(key: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        clerk_host(key)
    assert key.partition("_")[2].partition("_")[2] not in str(refused.value) or key == "pk_test_"
