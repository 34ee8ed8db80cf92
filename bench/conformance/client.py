"""A real client: which library, in which version, how its program is started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bench.children import PEERS_PYTHON, ROOT
from bench.conformance.verdict import DoesNotApply
from bench.peers import REQUIREMENTS

FOLDER = Path(__file__).parent / "clients"
PORTAL = ROOT / "frontend" / "package.json"
PORTAL_MODULES = PORTAL.parent / "node_modules"


class Client(NamedTuple):
    """A client library and the program that uses it."""

    name: str
    where: str
    """Where it comes from: PyPI, npm, Debian."""
    program: str
    """A module or file in `clients/`."""
    resumes: str
    """Who comes back after a cut: "itself", or "the application"."""


CLIENTS = (
    Client("httpx-sse", "PyPI", "httpx_sse_client", "the application"),
    Client("sseclient-py", "PyPI", "sseclient_client", "the application"),
    Client("aiohttp-sse-client2", "PyPI", "aiohttp_client", "the application"),
    Client("launchdarkly-eventsource", "PyPI", "launchdarkly_client", "itself"),
    Client("eventsource", "npm", "eventsource.mjs", "itself"),
    Client("eventsource-client", "npm", "eventsource_client.mjs", "itself"),
    Client("launchdarkly-eventsource", "npm", "launchdarkly.mjs", "itself"),
    Client("EventSource in Chromium", "Debian", "browser.mjs", "itself"),
    Client("curl -N", "Debian", "curl_client", "the application"),
)


def command_of(client: Client, packages: Path) -> Sequence[str | Path]:
    """How its program is started; raises `DoesNotApply` when something it needs is missing. `packages`: the folder
    with the programs and node_modules of the npm clients."""
    if not client.program.endswith(".mjs"):
        if client.name.startswith("curl"):
            _needed("curl")
        return [PEERS_PYTHON, "-m", f"bench.conformance.clients.{client.program}"]
    node = _needed("node")
    if client.program == "browser.mjs":
        _needed("chromium")
        if not (PORTAL_MODULES / "playwright-core").exists():
            raise DoesNotApply("the portal's packages are not installed: make setup")
    elif not (packages / "node_modules").exists():
        raise DoesNotApply("npm could not install it")
    return [node, packages / client.program]


def environment_of(client: Client) -> dict[str, str]:
    """What its program is told besides the stream."""
    if client.program != "browser.mjs":
        return {}
    return {"PORTAL_PACKAGE": os.fspath(PORTAL), "CHROMIUM": _needed("chromium")}


def _needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise DoesNotApply(f"{program} is not installed")
    return found


def version_of(client: Client) -> str:
    """The version that is pinned, or that the program says."""
    if client.where == "npm":
        return str(json.loads((FOLDER / "package.json").read_text())["dependencies"][client.name])
    if client.where == "PyPI":
        return _pinned().get(client.name) or version(client.name)
    program = "chromium" if "Chromium" in client.name else "curl"
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()
    except FileNotFoundError:
        return ""
    return said[1] if len(said) > 1 else ""


def _pinned() -> dict[str, str]:
    return dict(line.split("==") for line in REQUIREMENTS.read_text().splitlines() if "==" in line)
