"""Cells that the lists and pages of the admin share."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

NOTHING = "-"


def moment(at: datetime | None) -> str:
    """To the millisecond: facts of one request lie closer together than seconds."""
    return NOTHING if at is None else f"{localtime(at):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def after(first: datetime, at: datetime) -> str:
    """How long after `first`: `+0.250 s`, `+2 min 05 s`, `+1 d 3 h`."""
    passed = at - first
    sign, passed = ("-", -passed) if passed < timedelta(0) else ("+", passed)
    minutes, seconds = divmod(passed.total_seconds(), 60)
    if minutes < 1:
        return f"{sign}{seconds:.3f} s"
    hours, minutes = divmod(int(minutes), 60)
    if hours < 1:
        return f"{sign}{minutes} min {int(seconds):02} s"
    days, hours = divmod(hours, 24)
    return f"{sign}{days} d {hours} h" if days else f"{sign}{hours} h {minutes:02} min"


def narrowing_link(listed: str, parameter: str, value: str | None) -> str:
    """`value`, as a link to the list `listed` (`event`, `job`) narrowed to it."""
    if not value:
        return NOTHING
    address = f"{reverse(f'admin:events_{listed}_changelist')}?{urlencode({parameter: value})}"
    return format_html('<a class="id" href="{}">{}</a>', address, value)
