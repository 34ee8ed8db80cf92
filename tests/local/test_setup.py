"""Setting up a new checkout: only what is missing, and never over what a person wrote."""

import fcntl
import importlib.util
import os
import threading
from pathlib import Path

import pytest

from curaway.local import portal
from curaway.local import setup as local_setup
from curaway.local.portal import build_portal, what_is_missing
from curaway.local.setup import install_packages, requirements_digest, what_python_lacks, write_dotenv


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `.venv` is up to date, and whose Python would fail if anything ran it."""
    (tmp_path / "requirements.txt").write_text("Django==5.2.19\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text("#!/bin/false\n")
    (tmp_path / ".venv" / "requirements.sha256").write_text(requirements_digest(tmp_path))
    return tmp_path


def test_a_new_checkout_gets_development_mode(tmp_path: Path) -> None:
    write_dotenv(tmp_path)
    assert (tmp_path / ".env").read_text().splitlines()[-1] == "DEBUG=on"
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_settings_a_person_wrote_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DEBUG=off\n")
    write_dotenv(tmp_path)
    assert (tmp_path / ".env").read_text() == "DEBUG=off\n"


def test_nothing_is_installed_when_no_requirement_changed(checkout: Path) -> None:
    install_packages(checkout)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_changed_requirement_is_noticed(checkout: Path, name: str) -> None:
    before = requirements_digest(checkout)
    (checkout / name).write_text("Django==5.2.20\n")
    assert requirements_digest(checkout) != before


def test_a_python_without_venv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert what_python_lacks().endswith("On Debian and Ubuntu: apt-get install python3-venv")


def test_a_checkout_without_a_portal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal, "FRONTEND", tmp_path)
    assert what_is_missing() == "The portal is not part of this checkout yet"


def test_an_old_node_is_not_asked_to_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "node").write_text("#!/bin/sh\necho v18.19.0\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setattr(portal, "FRONTEND", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    build_portal(tmp_path)
    assert capsys.readouterr().out.startswith("Node.js 20 or newer with npm was not found: the API, the admin")


def test_two_set_ups_at_once_take_turns(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(portal, "FRONTEND", checkout)
    first = os.open(checkout, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    second = threading.Thread(target=local_setup.main, args=[checkout])
    second.start()
    second.join(timeout=0.2)
    assert not (checkout / ".env").exists()
    os.close(first)
    second.join()
    assert (checkout / ".env").exists()
    assert capsys.readouterr().out.startswith("Another set-up of this checkout is running; waiting for it …\n")
