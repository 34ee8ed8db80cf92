"""The demo's staff: who may see what in the admin, with passwords made on this machine."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.models import Permission, User

FILE = "demo-logins.json"
NAMES = ("admin", "support")
SUPPORT_SEES = ("view_event", "view_job")
"""Without `view_phi`: support sees what happened, and nothing about anybody's health."""


class Login(NamedTuple):
    name: str
    password: str


def ensure_logins(data_dir: Path) -> list[Login]:
    """Make the users that are missing; the passwords are those of the first time, so that they can be shown again."""
    passwords = _passwords(data_dir / "keys" / FILE)
    for name in NAMES:
        if not User.objects.filter(username=name).exists():
            _make(name, passwords[name])
    return [Login(name, passwords[name]) for name in NAMES]


def _make(name: str, password: str) -> None:
    if name == "admin":
        User.objects.create_superuser(name, password=password)
        return
    user = User.objects.create_user(name, password=password, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="events", codename__in=SUPPORT_SEES))


def _passwords(file: Path) -> dict[str, str]:
    if file.exists():
        return {str(name): str(password) for name, password in json.loads(file.read_text()).items()}
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    passwords = {name: secrets.token_urlsafe(12) for name in NAMES}
    file.touch(mode=0o600)
    file.write_text(json.dumps(passwords, indent=2) + "\n")
    return passwords
