"""What is asked for: on the command line, or by `make conformance URL=… PUBLISH=…`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence

from bench.conformance.address import address_of
from bench.conformance.kit import CHECKS
from bench.conformance.publishing import by
from bench.conformance.target import DEFAULT_HEARTBEAT_SECONDS, Profile, Target

FIRST_PORT = 8750
GROUPS = sorted({check.group for check in CHECKS})


def parsed(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> argparse.Namespace:
    """The arguments; what they leave open comes from variables of the same names in capitals."""
    given = environ.get
    parser = argparse.ArgumentParser(
        prog="make conformance", description="Try a server of server-sent events. Without --url: ours and two peers."
    )
    add = parser.add_argument
    add("--url", default=given("URL", ""), help="the stream's address; URL=")
    add("--token", default=given("TOKEN", ""), help="sent as `Authorization: Bearer …`; TOKEN=")
    add("--headers", default=given("HEADERS", ""), help="`Name: value`, several separated by `;`; HEADERS=")
    add("--publish", default=given("PUBLISH", ""), help="makes one event: a command, or a URL for POST; PUBLISH=")
    add("--profile", default=given("PROFILE", "sse"), choices=list(Profile), help="what is promised; PROFILE=")
    add("--heartbeat", default=given("HEARTBEAT") or DEFAULT_HEARTBEAT_SECONDS, type=float, help="seconds; HEARTBEAT=")
    add("--origin", default=given("ORIGIN", "http://localhost:5173"), help="a page that may read it; ORIGIN=")
    add("--only", nargs="+", choices=GROUPS, default=[], help="these groups of checks")
    add("--subjects", nargs="*", default=None, help="of ours, sse-starlette, eventstream; default: all")
    add(
        "--clients", nargs="*", default=None, help="programs of the real clients; default: all, `--clients` alone: none"
    )
    add("--first-port", type=int, default=FIRST_PORT, help="one port each; default: %(default)s")
    return parser.parse_args(arguments)


def target_of(asked: argparse.Namespace) -> Target:
    """The stream of --url; raises ValueError when the address or a header is none."""
    headers = dict(_header(line) for line in asked.headers.split(";") if line.strip())
    if asked.token:
        headers["Authorization"] = f"Bearer {asked.token}"
    address = address_of(asked.url)
    return Target(
        name=address.authority,
        profile=Profile(asked.profile),
        address=address,
        headers=headers,
        publish_here=by(asked.publish) if asked.publish else None,
        heartbeat_seconds=asked.heartbeat,
        origin=asked.origin,
    )


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"not a header: {line.strip()}")
    return name.strip(), value.strip()
