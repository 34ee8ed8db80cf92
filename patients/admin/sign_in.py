"""Signing in to the admin: whoever guesses passwords is made to wait, by user name and by address."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from curaway import log
from curaway.errors import RateLimited
from patients.limits import count_write, forget, take_back

logger = log.get(__name__)

MINUTES = 15
OF_A_NAME = 10
"""Failed attempts in so many minutes, in all processes; after them the right password is not asked for either."""

OF_AN_ADDRESS = 30
"""More: many may share one."""

COUNTED = "sign-in "
"""What is counted is named so and by a digest: people type passwords where their name belongs."""


class SignIn(AdminAuthenticationForm):
    """The admin's form, each attempt counted before its password is looked at, so that many at once get no more."""

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        now = time.time()
        forget(COUNTED, now=now, minutes=MINUTES)
        attempts = list(self._attempts())
        for by, subject, limit in attempts:
            _count(by, subject, limit, now)
        cleaned: dict[str, Any] = super().clean()
        for _, subject, _ in attempts:
            take_back(subject, now=now, minutes=MINUTES)
        return cleaned

    def _attempts(self) -> Iterator[tuple[str, str, int]]:
        """By what this one is counted: its word, the subject, how many there may be."""
        if self.request is not None and (address := self.request.META.get("REMOTE_ADDR")):
            yield "address", _subject(_network(address)), OF_AN_ADDRESS
        if name := self.cleaned_data.get("username"):
            yield "name", _subject(name.casefold()), OF_A_NAME


def _count(by: str, subject: str, limit: int, now: float) -> None:
    try:
        count_write(subject, limit=limit, now=now, minutes=MINUTES)
    except RateLimited as refused:
        logger.warning("sign_in_refused", by=by)
        minutes = -(-(refused.retry_after or 0) // 60)
        raise ValidationError(f"Too many failed attempts. Try again in {minutes} min.", code="locked") from None


def _subject(counted: str) -> str:
    return COUNTED + hashlib.sha256(counted.encode()).hexdigest()


def _network(address: str) -> str:
    """The address; of IPv6 the network, as whoever has one address has them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)
