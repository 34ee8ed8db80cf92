"""Other people's packages, kept apart: a virtual environment of their own that also sees the project's."""

from __future__ import annotations

import subprocess
import sysconfig
from hashlib import sha256

from bench.children import PEERS_PYTHON, PYTHON, ROOT

REQUIREMENTS = ROOT / "requirements-bench.txt"
LONGEST = 180
"""Seconds for each of the two steps."""


def install_peers() -> str:
    """Bring `.venv-bench` to what `requirements-bench.txt` pins; why it could not be done, or nothing."""
    venv = PEERS_PYTHON.parent.parent
    stamp, wanted = venv / "requirements.sha256", sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    print("Installing the contenders' packages into .venv-bench …", flush=True)
    for command in (
        [PYTHON, "-m", "venv", "--clear", venv],
        [PEERS_PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return f"it took longer than {LONGEST} s"
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["pip failed"])[-1]
    own = next((venv / "lib").glob("python*/site-packages"))
    (own / "project.pth").write_text(sysconfig.get_path("purelib") + "\n")
    stamp.write_text(wanted)
    return ""
