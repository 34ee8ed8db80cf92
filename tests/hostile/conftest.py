"""What the hostile tests share; at the end of a run of `tests/hostile` it is said how much was tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.counted import HOSTILE, Counted, lines_of
from tests.webhooks.conftest import callbacks, reader  # noqa: F401  (fixtures)


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Notes figures of a part for the run's summary."""

    def noted(part: str, **figures: Any) -> None:
        record_property(HOSTILE, (part, figures))

    return noted


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = lines_of(terminalreporter.stats.get("passed", []))
    if lines:
        terminalreporter.section("hostile input")
        for line in sorted(lines):
            terminalreporter.write_line(line)
