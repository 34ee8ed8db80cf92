"""Signing in to the admin: whoever guesses passwords is made to wait, and nobody else is."""

from __future__ import annotations

import secrets
import threading
import time
from ipaddress import IPv4Address, IPv6Address
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from patients.admin import sign_in
from patients.admin.sign_in import MINUTES, OF_A_NAME, OF_AN_ADDRESS
from patients.models import WriteCount

pytestmark = pytest.mark.usefixtures("database")
RIGHT = secrets.token_hex(10)
LOCKED = "Too many failed attempts. Try again in "


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day, which stands still at a minute of its own."""
    now = [(time.time() // 900 + 1) * 900 + 60]
    monkeypatch.setattr(sign_in, "time", SimpleNamespace(time=lambda: now[0]))
    return now


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user() -> User:
    return User.objects.create_superuser(f"root-{secrets.token_hex(6)}", password=RIGHT)


def address() -> str:
    return str(IPv4Address(secrets.randbits(32)))


def attempt(name: str, password: str, of: str = "", client: Client | None = None) -> str:
    """What the page says; nothing when it let them in."""
    sent = {"username": name, "password": password}
    answer: HttpResponse = (client or Client()).post("/admin/login/", sent, REMOTE_ADDR=of or address())
    return "" if answer.status_code == 302 else answer.content.decode()


def test_after_so_many_guesses_at_a_name_the_right_password_does_not_help_either(user: User) -> None:
    guesses = [attempt(user.username, f"wrong {number}") for number in range(OF_A_NAME)]
    assert not any(LOCKED in said for said in guesses)
    assert f"{LOCKED}14 min." in attempt(user.username, RIGHT)
    assert f"{LOCKED}14 min." in attempt(user.username.upper(), "wrong")


def test_another_name_is_not_concerned_and_a_quarter_of_an_hour_later_nobody_is(user: User, clock: list[float]) -> None:
    other = User.objects.create_superuser(f"root-{secrets.token_hex(6)}", password=RIGHT)
    for number in range(OF_A_NAME + 1):
        attempt(user.username, f"wrong {number}")
    assert attempt(other.username, RIGHT) == ""
    clock[0] += MINUTES * 60
    assert attempt(user.username, RIGHT) == ""


def test_one_address_may_not_try_many_names(user: User) -> None:
    here = address()
    guesses = [attempt(f"nobody-{secrets.token_hex(6)}", "wrong", here) for _ in range(OF_AN_ADDRESS)]
    assert not any(LOCKED in said for said in guesses)
    assert LOCKED in attempt(user.username, RIGHT, here)
    assert attempt(user.username, RIGHT) == ""


def test_of_ipv6_a_network_is_one_address(user: User) -> None:
    network = secrets.randbits(64) << 64
    for _ in range(OF_AN_ADDRESS):
        attempt("nobody", "", str(IPv6Address(network | secrets.randbits(64))))
        attempt(f"nobody-{secrets.token_hex(6)}", "wrong", str(IPv6Address(network | secrets.randbits(64))))
    assert LOCKED in attempt(user.username, RIGHT, str(IPv6Address(network | 1)))
    assert attempt(user.username, RIGHT, f"::ffff:{address()}") == ""


def test_whoever_signs_in_is_not_counted(user: User) -> None:
    here = address()
    assert [attempt(user.username, RIGHT, here) for _ in range(OF_AN_ADDRESS + 1)] == [""] * (OF_AN_ADDRESS + 1)


def test_many_at_once_get_no_more_tries(user: User) -> None:
    said: list[str] = []

    def guess() -> None:
        try:
            said.append(attempt(user.username, "wrong"))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(2 * OF_A_NAME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(LOCKED in one for one in said) == OF_A_NAME


def test_what_was_typed_is_neither_kept_nor_logged(user: User, caplog: pytest.LogCaptureFixture) -> None:
    typed = f"secret-{secrets.token_hex(6)}"
    for _ in range(OF_A_NAME + 1):
        attempt(typed, f"also {typed}")
    assert "sign_in_refused" in caplog.text
    assert typed not in caplog.text
    kept = WriteCount.objects.filter(subject__startswith=sign_in.COUNTED)
    assert kept.exists()
    assert not any(typed in row.subject for row in kept)


def test_counts_of_those_who_never_come_back_are_forgotten(user: User, clock: list[float]) -> None:
    attempt(f"nobody-{secrets.token_hex(6)}", "wrong")
    clock[0] += MINUTES * 60
    attempt(user.username, RIGHT)
    first = int(clock[0] // 60) // MINUTES * MINUTES
    kept = WriteCount.objects.filter(subject__startswith=sign_in.COUNTED)
    assert not kept.filter(minute__lt=first).exists()


def test_a_session_ends_with_the_browser_and_after_a_working_day(user: User) -> None:
    client = Client()
    assert attempt(user.username, RIGHT, client=client) == ""
    assert client.cookies["sessionid"]["max-age"] == ""
    assert client.session.get_expiry_age() == 8 * 60 * 60
