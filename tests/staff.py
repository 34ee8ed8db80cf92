"""Support staff for tests: signed-in clients of the admin, each with exactly the permissions named."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import Permission, User
from django.test import Client


def staff(*permissions: str) -> Client:
    """`staff("events.view_event")`: somebody new, signed in; `client.actor` is who facts say they are."""
    user = User.objects.create_user(f"staff-{secrets.token_hex(6)}", is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client = Client()
    client.force_login(user)
    client.actor = f"admin:{user.username}"
    return client


def superuser() -> Client:
    """Somebody new who may do everything that permissions allow."""
    client = Client()
    client.force_login(User.objects.create_superuser(f"root-{secrets.token_hex(6)}"))
    return client
