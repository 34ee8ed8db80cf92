"""The portal's own checks: run where Node.js is there, said plainly where it is not."""

import os
from pathlib import Path

import pytest

from curaway.local import portal
from curaway.local.portal import check_portal, derive_types, try_browsers


class Programs:
    """Programs named node, npm and npx, of which npm fails at what is named in `fails`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._put("node", "echo v20.19.0")
        self.npm(fails="nothing")
        self.derives("the types")

    def npm(self, *, fails: str) -> None:
        self._put("npm", f'echo "npm $*" >> {self._folder}/log; [ "$2" != {fails} ]')

    def derives(self, text: str) -> None:
        self._put("npx", f'printf "{text}" > "$5"')

    def asked(self) -> list[str]:
        return (self._folder / "log").read_text().splitlines()

    def _put(self, name: str, script: str) -> None:
        (self._folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self._folder / name).chmod(0o755)


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "src" / "generated").mkdir(parents=True)
    types = tmp_path / "src" / "generated" / "api.ts"
    types.write_text("the types")
    (tmp_path / "package.json").write_text("{}")
    monkeypatch.setattr(portal, "CHECKOUT", tmp_path)
    monkeypatch.setattr(portal, "FRONTEND", tmp_path)
    monkeypatch.setattr(portal, "TYPES", types)
    return tmp_path


@pytest.fixture
def programs(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = frontend / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return Programs(folder)


@pytest.fixture
def without_node(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(frontend))


def test_lint_types_and_sizes_are_checked(frontend: Path, programs: Programs) -> None:
    assert check_portal() == 0
    assert programs.asked() == ["npm run lint --silent", "npm run size --silent"]


@pytest.mark.parametrize("script", ["lint", "size"])
def test_one_check_that_fails_fails_all(programs: Programs, script: str) -> None:
    programs.npm(fails=script)
    assert check_portal() == 1
    assert len(programs.asked()) == 2


def test_types_that_the_contract_has_outgrown_are_named(
    frontend: Path, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.derives("newer types")
    assert check_portal() == 1
    assert capsys.readouterr().out == "Stale: src/generated/api.ts. Run `make contracts` and commit the result.\n"
    assert derive_types() == 0
    assert check_portal() == 0


@pytest.mark.usefixtures("without_node")
def test_without_node_each_says_what_it_did_not_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert (check_portal(), derive_types(), portal.test_portal(), try_browsers()) == (0, 0, 0, 1)
    assert capsys.readouterr().out.splitlines() == [
        "Node.js 20 or newer with npm was not found: the portal's lint, types and sizes were not checked.",
        "Node.js 20 or newer with npm was not found: src/generated/api.ts was not derived again.",
        "Node.js 20 or newer with npm was not found: the portal's unit tests did not run.",
        "Node.js 20 or newer with npm was not found: no browser was tried.",
    ]
