"""How many hostile things were tried: more of them when asked, counted, and said at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

HOSTILE = "hostile"
TIMES = int(os.environ.get("HOSTILE_TIMES", "1"))
"""How many times as many generated cases as the suite takes: `HOSTILE_TIMES=20` is a long run."""
CASES = 400 * TIMES
"""Of what costs milliseconds each."""

drawn = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=TIMES == 1,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""How generated cases are drawn: the same ones in every run of the suite, others in every long one."""

Counted = Callable[..., None]
"""`counted("callbacks", cases=1500)`: adds to what the run says at its end; figures that are no counts are shown."""


def lines_of(reports: list[Any]) -> list[str]:
    """What was counted in these tests, a line each: the part, then its figures."""
    found = [value for report in reports for name, value in report.user_properties if name == HOSTILE]
    return [f"{part}: {', '.join(f'{name} {figure}' for name, figure in figures.items())}" for part, figures in found]
