"""What a browser may load and call on our pages: the content security policy, from the settings."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_INLINE

from curaway.environment import Environment, SettingsRefused

Directives = dict[str, list[str]]

CLERK_CHALLENGE = "https://challenges.cloudflare.com"
CLERK_IMAGES = "https://img.clerk.com"

_HOST = re.compile(r"[a-z0-9.-]+\.[a-z]{2,}")


def content_security_policy(environment: Environment) -> dict[str, Any]:
    """django-csp's setting; raises `SettingsRefused` when CLERK_PUBLISHABLE_KEY names no host.

    No inline script and no inline style anywhere, the admin and Swagger included. Clerk's own components write
    style elements as they run, so where Clerk signs people in, inline styles are allowed and scripts are not.
    """
    directives: Directives = {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_upload_origins(environment)],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
    if environment.CLERK_PUBLISHABLE_KEY:
        _let_clerk_in(directives, f"https://{clerk_host(environment.CLERK_PUBLISHABLE_KEY)}")
    return {"DIRECTIVES": directives}


def clerk_host(publishable_key: str) -> str:
    """The host of Clerk's frontend API: `pk_test_` or `pk_live_`, then base64 of the host and a dollar sign."""
    kind, _, encoded = publishable_key.partition("_")[2].partition("_")
    try:
        named = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        named = ""
    host = named.removesuffix("$")
    if kind not in ("test", "live") or not _HOST.fullmatch(host):
        raise SettingsRefused(["CLERK_PUBLISHABLE_KEY must be Clerk's publishable key: pk_test_… or pk_live_…"])
    return host


def _upload_origins(environment: Environment) -> list[str]:
    # A page opened under another of our names puts documents at the one in the upload's address.
    return sorted({_origin(url) for url in (environment.public_base_url, environment.S3_ENDPOINT_URL) if url})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _let_clerk_in(directives: Directives, clerk: str) -> None:
    directives["script-src"] += [clerk, CLERK_CHALLENGE]
    directives["connect-src"] += [clerk]
    directives["img-src"] += [CLERK_IMAGES]
    directives["style-src"] += [UNSAFE_INLINE]
    directives["frame-src"] = [SELF, CLERK_CHALLENGE]
    directives["worker-src"] = [SELF, "blob:"]
