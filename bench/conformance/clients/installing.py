"""The npm clients, in a folder that can be thrown away."""

from __future__ import annotations

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ("package.json", "package-lock.json")


def install_clients(folder: Path) -> str:
    """Put the programs and what they import into `folder`; why npm could not, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in [*HERE.glob("*.mjs"), HERE / "page.html", *(HERE / name for name in PACKAGES)]:
        shutil.copy(file, folder)
    wanted = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "package-lock.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    if shutil.which("npm") is None:
        return "npm is not installed"
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["npm failed"])[-1]
    stamp.write_text(wanted)
    return ""
