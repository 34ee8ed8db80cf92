"""The portal in `frontend/`: built, tested and checked where Node.js is there, and said plainly where it is not.

Standard library only: it runs before anything is installed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FRONTEND = CHECKOUT / "frontend"
NODE = 20
"""The oldest major version of Node.js that builds it."""

TYPES = FRONTEND / "src" / "generated" / "api.ts"

_WITHOUT = "the API, the admin and the streams work without the portal"
_NOT_SOURCE = {"node_modules", "dist", "coverage"}


def build_portal(stamps: Path) -> None:
    """Install and build the portal if its sources changed since `stamps` was written; prints what it does."""
    missing = what_is_missing()
    if missing:
        print(f"{missing}: {_WITHOUT}.")
        return
    lock, sources = _digest([FRONTEND / "package-lock.json"]), _digest(_sources())
    locked, built = stamps / "portal-packages.sha256", stamps / "portal.sha256"
    if not _says(locked, lock) or not (FRONTEND / "node_modules").exists():
        print("Installing the portal's packages (npm ci) …", flush=True)
        if not _npm("ci", "--no-audit", "--no-fund", "--loglevel=error"):
            return
        locked.write_text(lock)
    if not _says(built, sources) or not (FRONTEND / "dist").exists():
        print("Building the portal (npm run build) …", flush=True)
        if _npm("run", "build", "--silent"):
            built.write_text(sources)


def test_portal() -> int:
    """Run the portal's unit tests; returns the exit code, 0 where there is nothing to run them with."""
    return _where_node_is("the portal's unit tests did not run", lambda: _run("npm", "test", "--silent"))


def check_portal() -> int:
    """Lint, types, derived types, sizes; returns an exit code, 0 where there is nothing to check them with."""
    return _where_node_is("the portal's lint, types and sizes were not checked", _check)


def derive_types() -> int:
    """Derive the portal's types of the API; returns an exit code, 0 where there is nothing to derive them with."""
    return _where_node_is("src/generated/api.ts was not derived again", lambda: _derive(TYPES))


def try_browsers() -> int:
    """The long suite in real browsers; returns an exit code, 1 where there is nothing to run it with."""
    missing = what_is_missing()
    if missing:
        print(f"{missing}: no browser was tried.")
        return 1
    return _run("npm", "run", "browsers", "--silent", "--", *sys.argv[2:])


def _check() -> int:
    # Each of them, also when an earlier one fails: a person wants to see everything at once.
    return max(_run("npm", "run", "lint", "--silent"), _types_are_current(), _run("npm", "run", "size", "--silent"))


def _types_are_current() -> int:
    with tempfile.TemporaryDirectory() as folder:
        derived = Path(folder) / TYPES.name
        failed = _derive(derived)
        if not failed and derived.read_text() == TYPES.read_text():
            return 0
    print(f"Stale: {TYPES.relative_to(CHECKOUT)}. Run `make contracts` and commit the result.")
    return 1


def _derive(into: Path) -> int:
    return _run("npx", "--no-install", "openapi-typescript", "../contracts/openapi.json", "-o", str(into))


def what_is_missing() -> str:
    """Why the portal cannot be built here, as the beginning of a sentence; empty when it can."""
    if not (FRONTEND / "package.json").exists():
        return "The portal is not part of this checkout yet"
    if _node_version() < NODE or not shutil.which("npm"):
        return f"Node.js {NODE} or newer with npm was not found"
    return ""


def _node_version() -> int:
    if not shutil.which("node"):
        return 0
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    major = re.match(r"v(\d+)\.", said)
    return int(major[1]) if major else 0


def _where_node_is(otherwise: str, do: Callable[[], int]) -> int:
    missing = what_is_missing()
    if not missing:
        return do()
    print(f"{missing}: {otherwise}.")
    return 0


def _run(*command: str) -> int:
    return subprocess.run(command, cwd=FRONTEND, env={**os.environ, "CI": "true"}).returncode


def _npm(*arguments: str) -> bool:
    finished = subprocess.run(
        ["npm", *arguments], cwd=FRONTEND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if finished.returncode != 0:
        print(
            f"npm {arguments[0]} failed; {_WITHOUT}. It said:",
            *finished.stdout.splitlines()[-15:],
            sep="\n  ",
        )
    return finished.returncode == 0


def _sources() -> list[Path]:
    found = []
    for folder, folders, names in os.walk(FRONTEND):
        folders[:] = sorted(set(folders) - _NOT_SOURCE)
        found += [Path(folder) / name for name in sorted(names)]
    return found


def _digest(files: list[Path]) -> str:
    digest = sha256()
    for file in files:
        if file.exists():
            digest.update(f"{file.relative_to(FRONTEND)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _says(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


ACTS = {"test": test_portal, "check": check_portal, "derive": derive_types, "browsers": try_browsers}


if __name__ == "__main__":
    sys.exit(ACTS[sys.argv[1]]())
