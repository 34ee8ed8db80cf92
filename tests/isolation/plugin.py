"""What isolation asks of the whole suite: every statement of our code says whose rows it means; and the matrix's count
in the summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.signals import connection_created

from tests.isolation.guard import guard

connection_created.connect(guard.watch)


@pytest.fixture(autouse=True)
def every_statement_says_whose_rows_it_means() -> Iterator[None]:
    """Also where nobody heard of the refusal: in a server's thread, or between two tests."""
    yield
    forgotten = list(guard.forgotten)
    guard.forgotten.clear()
    assert forgotten == []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many requests the isolation matrix has made."""
    passed = terminalreporter.getreports("passed")
    counts = [value for report in passed for name, value in report.user_properties if name == "matrix"]
    if counts:
        terminalreporter.write_line(f"isolation matrix: {sum(counts)} requests, nothing but the contract's answers")
