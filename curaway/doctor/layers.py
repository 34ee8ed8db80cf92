"""Who stands between us and the server, as far as the answer's headers tell."""

from __future__ import annotations

from collections.abc import Mapping

MARKS = {
    "cf-ray": "Cloudflare",
    "x-amz-cf-id": "CloudFront",
    "x-railway-edge": "Railway",
    "x-railway-request-id": "Railway",
    "x-vercel-id": "Vercel",
    "fly-request-id": "Fly.io",
    "x-azure-ref": "Azure Front Door",
    "x-envoy-upstream-service-time": "Envoy",
    "x-render-origin-server": "Render",
}
"""Headers that one product alone adds. Source: each vendor's own documentation of its headers."""

OURS = ("uvicorn",)

HELP = {
    "nginx": {
        "buffering": "in the stream's location: `proxy_buffering off;`, and X-Accel-Buffering must not be ignored",
        "compression": "in the stream's location: `gzip off;`, or leave text/event-stream out of gzip_types",
        "cut": "in the stream's location: `proxy_read_timeout 75s;`, five times the heartbeat",
    },
    "caddy": {
        "buffering": "leave `flush_interval` out: Caddy passes text/event-stream on at once by itself",
        "compression": "let `encode` match application/json and its like, not text/*",
        "cut": "remove `read_timeout` from the transport, and `write` from the server's timeouts",
    },
    "Cloudflare": {
        "buffering": "turn off response buffering for the path (it is on for some plans' rules)",
        "compression": "add a compression rule for the path: none; or keep `Cache-Control: no-transform`",
        "cut": "Cloudflare ends an answer that is silent for 100 s; heartbeats must come more often",
    },
}
"""What to change where; see docs/deploy/README.md."""

GENERAL = {
    "buffering": "tell it not to buffer this path; see docs/deploy/README.md for nginx and Caddy",
    "compression": "tell it not to compress text/event-stream",
    "cut": "let an answer be silent for at least four heartbeats",
}


def layers(headers: Mapping[str, str]) -> list[str]:
    """Names, the nearest to us first where that can be known; empty when only the server shows."""
    found = [name for mark, name in MARKS.items() if mark in headers]
    # Caddy adds a header of its own to the server's: both come as one, with a comma.
    found += [server.partition("/")[0].strip() for server in headers.get("server", "").split(",")]
    found += [" ".join(hop.split()[1:]) for hop in headers.get("via", "").split(",")]
    named: dict[str, str] = {}
    for name in found:
        named.setdefault(name.lower(), name)
    return [name for lower, name in named.items() if lower not in ("", *OURS)]


def suspect(headers: Mapping[str, str]) -> str:
    """Whoever has to be looked at, in words."""
    found = layers(headers)
    return " or ".join(found) if found else "whatever stands between here and the server"


def help_with(trouble: str, headers: Mapping[str, str]) -> str:
    """What to do about `buffering`, `compression` or a `cut` where the headers name somebody known."""
    known = {name.lower(): advice for name, advice in HELP.items()}
    for name in layers(headers):
        if name.lower() in known:
            return f"{name}: {known[name.lower()][trouble]}"
    return f"{suspect(headers)}: {GENERAL[trouble]}"
