"""Tests that need Debian packages are left out where those are missing, and said to be; with CI set they fail."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.servers import ROOT

TESTS = """
import pytest

@pytest.mark.needs("no-such-program", "sh")
def test_that_needs_it(): ...

def test_that_does_not(): ...
"""


@pytest.fixture
def run(tmp_path):
    """Runs the two tests in a process of its own."""
    (tmp_path / "test_two.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = needs\n")

    def run_them(**environment: str) -> tuple[int, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "CI"}
        ended = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "tests.wide.needs",
                str(tmp_path),
                "-q",
                "-rA",
                "-p",
                "no:cacheprovider",
            ],
            cwd=ROOT,
            env={**inherited, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return ended.returncode, ended.stdout

    return run_them


def test_they_are_left_out_and_the_summary_names_what_to_install(run):
    code, said = run()
    assert code == 0
    assert "1 passed, 1 deselected" in said
    assert "Tests left out: 1 that need no-such-program." in said
    assert "To run them too, on Debian or Ubuntu: apt-get install no-such-program" in said


def test_with_ci_set_they_fail_with_the_sentence_that_names_the_package(run):
    code, said = run(CI="true")
    assert code == 1
    assert "1 passed, 1 error" in said
    assert "no-such-program is not installed: apt-get install no-such-program" in said
