"""Session tokens without Clerk: the same claims and algorithm, signed with a key made on this machine."""

from __future__ import annotations

import os
import secrets
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://clerk.local.curaway"
AUTHORIZED_PARTY = "http://localhost:5173"
SESSION_TOKEN_SECONDS = 60


class LocalIssuer:
    """Issues tokens for development; its key lives in `<data_dir>/keys/` and nobody else can read it."""

    issuer = ISSUER

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "keys" / "local-issuer.pem"

    @property
    def public_key_pem(self) -> str:
        public = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return public.decode()

    def token(
        self,
        subject: str,
        *,
        organization: str | None = None,
        role: str | None = None,
        platform_admin: bool = False,
        expires_in: int = 3600,
    ) -> str:
        """A Clerk session token, version 2. `expires_in`: seconds from now; negative gives an expired one.

        `role` is the role in `organization`, with or without "org:"; without one it is a plain member.
        """
        claims = _session(subject, expires_in)
        if organization is not None:
            claims["o"] = {
                "id": organization,
                "rol": (role or "member").removeprefix("org:"),
                "slg": organization.removeprefix("org_"),
            }
        if platform_admin:
            claims["metadata"] = {"role": "curaway_admin"}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "ins_local"})

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        if not self._path.exists():
            _make_key(self._path)
        key = serialization.load_pem_private_key(self._path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{self._path} is not an RSA key; delete it and a new one is made")
        return key


def _session(subject: str, expires_in: int) -> dict[str, Any]:
    now = int(time.time())
    expires = now + expires_in
    issued = now if expires_in > 0 else expires - SESSION_TOKEN_SECONDS
    return {
        "iss": ISSUER,
        "sub": subject,
        "sid": f"sess_{secrets.token_hex(12)}",
        "iat": issued,
        "nbf": issued - 10,
        "exp": expires,
        "azp": AUTHORIZED_PARTY,
        "v": 2,
        "sts": "active",
    }


def _make_key(path: Path) -> None:
    """Make the key unless another process is first; whoever loses uses the winner's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, fails where the key already exists: two keys made at once would leave
        # one process issuing tokens that the other refuses.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
