"""Known holes are looked up where somebody knows them, and it is said where nobody does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curaway.local import advisories
from curaway.local.portal import CHECKOUT

HOLE = {"name": "jinja2", "version": "2.10", "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}]}
NPM = {"auditReportVersion": 2, "vulnerabilities": {"minimist": {"name": "minimist", "severity": "critical"}}}


def saying(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[tuple[list[str], Path]]:
    """Programs that say these things, one after the other; returns how they were called, and where."""
    called: list[tuple[list[str], Path]] = []

    def said(command: list[str], folder: Path) -> Any:
        called.append((list(command), folder))
        return answers[len(called) - 1]

    monkeypatch.setattr(advisories, "_said", said)
    monkeypatch.setattr(advisories.shutil, "which", lambda _: "/usr/bin/npm")
    return called


def locked() -> Iterator[Path]:
    """Every folder of ours with packages of npm."""
    for folder, inside, files in os.walk(CHECKOUT):
        inside[:] = [name for name in inside if name != "node_modules" and not name.startswith(".")]
        if "package-lock.json" in files:
            yield Path(folder)


def test_an_index_that_does_not_know_what_everybody_knows_is_none(monkeypatch, capsys):
    silent = {"dependencies": [{"name": "jinja2", "skip_reason": "not found"}]}
    saying(monkeypatch, silent, {"message": "405 Method Not Allowed"})
    assert advisories.main() == 0
    assert capsys.readouterr().out.count("were NOT looked up: no index of advisories can be reached") == 2


def test_without_a_network_it_is_said_and_nothing_fails(monkeypatch, capsys):
    saying(monkeypatch, None, None)
    assert advisories.main() == 0
    assert capsys.readouterr().out.count("NOT looked up") == 2


def test_packages_without_a_hole_pass(monkeypatch, capsys):
    none = {**NPM, "vulnerabilities": {}}
    called = saying(monkeypatch, {"dependencies": [HOLE]}, {"dependencies": []}, NPM, none, none)
    assert advisories.main() == 0
    out = capsys.readouterr().out
    assert "Python packages: 0 known holes" in out
    assert "npm packages: 0 known holes" in out
    # Whatever pins versions is looked up.
    asked, _ = called[1]
    pinned = {path.name for path in CHECKOUT.glob("requirements*.txt")}
    assert {argument.rsplit("/", 1)[-1] for argument in asked if argument.endswith(".txt")} == pinned
    assert {folder for _, folder in called[3:]} == set(locked())


def test_a_known_hole_of_ours_fails_and_is_named(monkeypatch, capsys):
    ours = {"dependencies": [{**HOLE, "name": "django", "version": "5.2.19"}]}
    saying(monkeypatch, {"dependencies": [HOLE]}, ours, NPM, {**NPM, "vulnerabilities": {}}, NPM)
    assert advisories.main() == 1
    out = capsys.readouterr().out
    assert "django 5.2.19: PYSEC-2019-217, mended in 2.10.1" in out
    assert "minimist: critical" in out


def test_a_program_that_says_no_json_has_said_nothing(tmp_path):
    assert advisories._said([sys.executable, "-c", "print('no')"], tmp_path) is None
    assert advisories._said([str(tmp_path / "missing")], tmp_path) is None
    assert advisories._said([sys.executable, "-c", "print('{}'); exit(1)"], tmp_path) == {}
