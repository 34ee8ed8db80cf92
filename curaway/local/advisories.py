"""Known holes in what we depend on: `pip-audit` and `npm audit`, where an index of advisories can be reached.

A part of `make check`, which needs no network: where there is no index it says so and goes on. An index is believed
only when it knows of a hole that everybody knows of: a mirror without advisories says "none found" as well.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curaway.local.portal import CHECKOUT, FRONTEND

SECONDS = 180
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
LOCKED = (FRONTEND, CHECKOUT / "bench" / "conformance" / "clients")
"""Where packages of npm are pinned."""

GRAVE = ("high", "critical")
"""Of npm's packages, most of which only build or try something: what is less does not fail."""

HOLED_PYTHON = "jinja2==2.10\n"
"""Has PYSEC-2019-217, a way out of the sandbox."""

HOLED_NPM = {
    "package.json": {"name": "known", "version": "1.0.0", "dependencies": {"minimist": "0.0.8"}},
    "package-lock.json": {
        "name": "known",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {
            "": {"name": "known", "version": "1.0.0", "dependencies": {"minimist": "0.0.8"}},
            "node_modules/minimist": {"version": "0.0.8"},
        },
    },
}
"""Has CVE-2021-44906, prototype pollution."""


class Hole(NamedTuple):
    """A known hole in a package that we have."""

    package: str
    name: str
    mended_in: str


def main() -> int:
    """Print what is known; 1 when a package of ours has a hole that should be mended."""
    return max(_report("Python packages", python_holes()), _report("npm packages", npm_holes()))


def python_holes() -> list[Hole] | None:
    """The holes in our Python packages; None without an index."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "requirements.txt"
        known.write_text(HOLED_PYTHON)
        if not _python_holes([known]):
            return None
    return _python_holes([CHECKOUT / name for name in REQUIREMENTS])


def npm_holes() -> list[Hole] | None:
    """The grave holes in our npm packages; None without an index, or without npm."""
    if not shutil.which("npm"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, content in HOLED_NPM.items():
            (Path(folder) / name).write_text(json.dumps(content))
        if not _npm_holes(Path(folder)):
            return None
    found = [_npm_holes(folder) for folder in LOCKED]
    return None if None in found else [hole for holes in found for hole in holes or ()]


def _python_holes(files: Sequence[Path]) -> list[Hole] | None:
    named = [argument for file in files for argument in ("-r", str(file))]
    # Every version is pinned: nothing has to be resolved, and nothing installed.
    quietly = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=15", "--format=json"]
    found = _said([sys.executable, "-m", "pip_audit", *named, *quietly], CHECKOUT)
    return None if found is None else list(_in_python(found.get("dependencies", ())))


def _in_python(packages: Iterable[Any]) -> Iterator[Hole]:
    for package in packages:
        for hole in package.get("vulns", ()):
            yield Hole(f"{package['name']} {package['version']}", hole["id"], ", ".join(hole["fix_versions"]))


def _npm_holes(folder: Path) -> list[Hole] | None:
    found = _said(["npm", "audit", "--json", "--package-lock-only"], folder)
    if found is None or "auditReportVersion" not in found:
        return None
    grave = (one for one in found["vulnerabilities"].values() if one["severity"] in GRAVE)
    return [Hole(one["name"], one["severity"], str(one.get("fixAvailable", ""))) for one in grave]


def _said(command: Sequence[str], folder: Path) -> dict[str, Any] | None:
    """The JSON that the program wrote, whatever its exit code says; None when it wrote none."""
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
        said = json.loads(ended.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return said if isinstance(said, dict) else None


def _report(of: str, holes: list[Hole] | None) -> int:
    if holes is None:
        print(f"advisories: {of} were NOT looked up: no index of advisories can be reached from here")
        return 0
    print(f"advisories: {of}: {len(holes)} known holes")
    for hole in holes:
        print(f"  {hole.package}: {hole.name}, mended in {hole.mended_in or 'no version yet'}")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
