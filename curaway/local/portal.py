"""The portal in `frontend/`: built and tested where Node.js is there, and said plainly where it is not.

Standard library only: it runs before anything is installed.
"""

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FRONTEND = CHECKOUT / "frontend"
NODE = 20
"""The oldest major version of Node.js that builds it."""

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
    missing = what_is_missing()
    if missing:
        print(f"{missing}: its unit tests did not run.")
        return 0
    return subprocess.run(["npm", "test", "--silent"], cwd=FRONTEND, env={**os.environ, "CI": "true"}).returncode


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


if __name__ == "__main__":
    sys.exit(test_portal())
