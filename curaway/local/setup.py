"""Everything the project needs on a machine with nothing but Python: `python3 -m curaway.local.setup`.

Standard library only, no network and no work when nothing has changed, safe when two run at once.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people so
    sys.exit(
        "This project needs Python 3.11 or newer, and `{}` is {}.{}. "
        "Install a newer one, and name it: make run PYTHON=python3.13".format(sys.executable, *sys.version_info[:2])
    )

import fcntl
import importlib.util
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from curaway.local.portal import build_portal

CHECKOUT = Path(__file__).resolve().parents[2]

_DOTENV = """\
# Settings of this checkout. `.env.example` documents every name; the environment wins over this file.
# DEBUG=on is development: local tokens and keys, the playground. Never in production.
DEBUG=on
"""


def main(checkout: Path = CHECKOUT) -> None:
    """Make `.env`, `.venv` and the portal, whichever is missing or out of date."""
    with _alone(checkout):
        write_dotenv(checkout)
        install_packages(checkout)
        build_portal(checkout / ".venv")


def write_dotenv(checkout: Path) -> None:
    """Turn development mode on in a new checkout; a `.env` that exists is left as it is."""
    dotenv = checkout / ".env"
    if not dotenv.exists():
        dotenv.touch(mode=0o600)  # people put secrets there
        dotenv.write_text(_DOTENV)
        print("Wrote .env with DEBUG=on.")


def install_packages(checkout: Path) -> None:
    """Bring `.venv` to exactly what the requirements files pin; exits with a sentence when that fails."""
    venv = checkout / ".venv"
    stamp, wanted = venv / "requirements.sha256", requirements_digest(checkout)
    if (venv / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not _has_pip(venv):
        _make_venv(venv)
    print("Installing the Python packages into .venv (about a minute the first time) …", flush=True)
    began = time.monotonic()
    pip = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", "requirements-dev.txt")
    finished = subprocess.run(
        [venv / "bin" / "python", *pip],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if finished.returncode != 0:
        said = "\n  ".join(finished.stdout.splitlines()[-15:])
        sys.exit(f"pip could not install the packages. Run the same command again; it said:\n  {said}")
    stamp.write_text(wanted)
    print(f"Installed them in {time.monotonic() - began:.0f} s.")


def requirements_digest(checkout: Path) -> str:
    """Changes when, and only when, a pinned requirement could have changed."""
    digest = sha256()
    for name in ("requirements.txt", "requirements-dev.txt"):
        digest.update((checkout / name).read_bytes() + b"\0")
    return digest.hexdigest()


def what_python_lacks() -> str:
    """Why this Python cannot make virtual environments, as a sentence; empty when it can."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return ""
    return (
        f"{sys.executable} cannot make virtual environments: its venv module is not installed. "
        "On Debian and Ubuntu: apt-get install python3-venv"
    )


def _has_pip(venv: Path) -> bool:
    python = venv / "bin" / "python"
    # An interrupted set-up leaves a Python without pip.
    return python.exists() and subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make_venv(venv: Path) -> None:
    lacks = what_python_lacks()
    if lacks:
        sys.exit(lacks)
    print(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]} …", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", venv]).returncode != 0:
        sys.exit("The virtual environment .venv could not be made; what Python said stands above.")


@contextmanager
def _alone(checkout: Path) -> Iterator[None]:
    folder = os.open(checkout, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is running; waiting for it …", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    main()
