"""Tests that need Debian packages: run where the programs are, named where they are not.

`@pytest.mark.needs("nginx")` leaves a test out on a machine without nginx, and the summary says so. With CI set
nothing is left out: a missing program fails its tests, with the sentence that says what to install.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter

import pytest

LEFT_OUT = pytest.StashKey[Counter[str]]()
SBIN = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
"""Debian keeps servers out of a user's PATH."""


def program(name: str) -> str:
    """Where the program lies; fails the test, naming the package, when it is not installed."""
    found = shutil.which(name, path=SBIN)
    if found is None:
        pytest.fail(f"{name} is not installed: apt-get install {name}", pytrace=False)
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[LEFT_OUT] = Counter()
    if os.environ.get("CI"):
        return
    out = [item for item in items if _missing(item)]
    for item in out:
        config.stash[LEFT_OUT].update(_missing(item))
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in _missing(item):
        program(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = config.stash.get(LEFT_OUT, Counter())
    if missing:
        counted = ", ".join(f"{count} that need {name}" for name, count in sorted(missing.items()))
        terminalreporter.section("left out: their programs are not on this machine")
        terminalreporter.write_line(f"Tests left out: {counted}.")
        terminalreporter.write_line(
            f"To run them too, on Debian or Ubuntu: apt-get install {' '.join(sorted(missing))}"
        )


def _missing(item: pytest.Item) -> list[str]:
    wanted = {name for mark in item.iter_markers("needs") for name in mark.args}
    return sorted(name for name in wanted if shutil.which(name, path=SBIN) is None)
