"""The clocks: this machine's, the server's, the proxy's and the database's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
from django.db import connection

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.identity import CLOCK_SKEW_SECONDS

NOTICEABLE_SECONDS = 2.0
ASK_SECONDS = 10.0


def database_clock() -> Finding:
    """The database's clock stamps the events."""
    with connection.cursor() as cursor:
        began = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (theirs,) = cursor.fetchone()
    return judged("database clock", float(theirs) - (began + time.time()) / 2)


def server_clocks(url: str) -> Iterator[Finding]:
    """The server's clock judges tokens and signatures; the proxy's is in its Date header.

    Raises `httpx.HTTPError` when nobody answers.
    """
    began = time.time()
    # Refused for want of a token, which costs the server nothing; a refusal tells the time too.
    answer = httpx.get(f"{url}/api/v1/patients/doctor", timeout=ASK_SECONDS)
    middle = (began + time.time()) / 2
    said = _timestamp(answer)
    if said is None:
        yield fail("server clock", f"{url} answered {answer.status_code} and nothing of ours", "check --url")
    else:
        yield judged("server clock", said - middle)
    if "date" in answer.headers:
        # Whole seconds, cut off: half of one is added.
        dated = parsedate_to_datetime(answer.headers["date"]).timestamp() + 0.5
        yield judged("proxy clock", dated - middle, tolerance=NOTICEABLE_SECONDS + 0.5)


def _timestamp(answer: httpx.Response) -> float | None:
    try:
        return datetime.fromisoformat(answer.json()["meta"]["timestamp"]).timestamp()
    except (ValueError, KeyError, TypeError):
        return None


def judged(check: str, skew: float, *, tolerance: float = NOTICEABLE_SECONDS) -> Finding:
    """`skew`: seconds that it runs ahead of this machine's clock."""
    said = f"{round(skew, 1) + 0.0:+.1f} s beside this machine's"
    help_with = "run an NTP client (chrony, systemd-timesyncd) on both machines"
    if abs(skew) > max(tolerance, CLOCK_SKEW_SECONDS):
        return fail(check, f"{said}: tokens and signatures are refused from {CLOCK_SKEW_SECONDS} s on", help_with)
    return warn(check, said, help_with) if abs(skew) > tolerance else ok(check, said)
