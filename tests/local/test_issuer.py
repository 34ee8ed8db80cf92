"""Development tokens differ from Clerk's in nothing but who signs them."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from curaway.environment import Environment
from curaway.errors import AuthTokenExpired
from curaway.identity import Identity, Role, verifier_for
from curaway.local.issuer import LocalIssuer


def test_the_local_issuer_speaks_as_clerk_does(tmp_path):
    issuer = LocalIssuer(tmp_path)
    verifier = verifier_for(Environment(DEBUG=True, DATA_DIR=str(tmp_path)))

    def verify(token: str) -> Identity:
        return verifier.verify(f"Bearer {token}")

    assert verify(issuer.token("user_1")).role is Role.PATIENT
    coordinator = verify(issuer.token("user_2", organization="org_a", role="org:coordinator"))
    assert (coordinator.organization, coordinator.role) == ("org_a", Role.COORDINATOR)
    assert verify(issuer.token("user_3", platform_admin=True)).role is Role.PLATFORM_ADMIN
    with pytest.raises(AuthTokenExpired):
        verify(issuer.token("user_1", expires_in=-1))
    with pytest.raises(AuthTokenExpired):
        verify(issuer.token("user_1", expires_in=-86400))


def test_the_local_key_is_private_and_the_same_for_processes_that_start_together(tmp_path):
    with ProcessPoolExecutor(4) as processes:
        keys = set(processes.map(_public_key, [tmp_path] * 8))
    assert len(keys) == 1
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def _public_key(folder: Path) -> str:
    return LocalIssuer(folder).public_key_pem
