"""Session tokens as the identity provider would issue them, signed with the key of this run's data folder."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jwt

LIFE_SECONDS = 60
MOST_SHIFT = 2.0
"""Seconds that the issuer's clock may be wrong by; with a server's own 2 s still below the 5 s that are tolerated."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks: a user, in an organisation or not, in the tenant they name."""

    subject: str
    tenant: str
    organization: str = ""
    role: str = ""
    platform_admin: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Issuer:
    """Signs tokens of a minute, a new one for every attempt, as browsers send them."""

    def __init__(self, data_dir: Path) -> None:
        self._key = (data_dir / "keys" / "local-issuer.pem").read_bytes()

    def headers(self, person: Person, *, shift: float = 0.0) -> dict[str, str]:
        """What a request of this person carries; `shift`: by how many seconds the issuer's clock is wrong."""
        now = int(time.time() + shift)
        claims: dict[str, Any] = {
            "iss": "https://clerk.local.curaway",
            "sub": person.subject,
            "sid": f"sess_{secrets.token_hex(12)}",
            "iat": now,
            "nbf": now,
            "exp": now + LIFE_SECONDS,
            "azp": "http://localhost:5173",
            "v": 2,
            "sts": "active",
        }
        if person.organization:
            claims["o"] = {"id": person.organization, "rol": person.role, "slg": person.organization}
        if person.platform_admin:
            claims["metadata"] = {"role": "curaway_admin"}
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "ins_local"})
        return {"Authorization": f"Bearer {token}", "X-Tenant-ID": person.tenant}
