"""Who may knock: roles, and tokens good and bad, as Clerk signs them and as nobody should."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from curaway.identity import Role, TokenVerifier
from curaway.signing_keys import PemKey
from tests.doubles import ClerkDouble

APP = "https://app.curaway.ai"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)

MISSING = (401, "AUTH_HEADER_MISSING_001")
INVALID = (401, "AUTH_TOKEN_INVALID_001")
EXPIRED = (401, "AUTH_TOKEN_EXPIRED_001")


class Clerk(ClerkDouble):
    """Clerk, and everybody who would like to be it."""

    def verifier(self) -> TokenVerifier:
        """As production has it: the key, the issuer and the origins are pinned."""
        return TokenVerifier(PemKey(self.pem), issuer=self.issuer, authorized_parties=[APP])

    def claims_of(self, role: Role, subject: str, organization: str) -> dict[str, Any]:
        """A session of an hour, so that no test is overtaken by its end."""
        return self.claims(sub=subject, exp=int(time.time()) + 3600, **_membership(role, organization))

    def bad_headers(self, claims: Mapping[str, Any]) -> dict[str, tuple[str | None, tuple[int, str]]]:
        """What is wrong with it → the header, and how it is refused."""
        now, good = int(time.time()), self.signed(claims)
        head, body, signature = good.split(".")
        tokens: dict[str, tuple[str, tuple[int, str]]] = {
            "expired": (self.signed({**claims, "exp": now - 1, "iat": now - 61, "nbf": now - 61}), EXPIRED),
            "of another key": (self.signed(claims, key=STRANGER), INVALID),
            "claims changed": (f"{head}.{_part({**claims, 'sub': 'user_else'})}.{signature}", INVALID),
            "expired and changed": (f"{head}.{_part({**claims, 'exp': now - 1})}.{signature}", INVALID),
            "alg none": (f"{_part({'alg': 'none', 'typ': 'JWT'})}.{body}.", INVALID),
            "HS256 over the public key": (_symmetric(claims, self.pem, self.kid), INVALID),
            "wrong azp": (self.signed({**claims, "azp": "https://evil.example"}), INVALID),
            "no azp": (self.signed({name: claims[name] for name in claims if name != "azp"}), INVALID),
            "wrong issuer": (self.signed({**claims, "iss": "https://clerk.evil.example"}), INVALID),
            "not yet valid": (self.signed({**claims, "nbf": now + 600}), INVALID),
            "session pending": (self.signed({**claims, "sts": "pending"}), INVALID),
            "no token": ("nonsense", INVALID),
        }
        bearers = {name: (f"Bearer {token}", refusal) for name, (token, refusal) in tokens.items()}
        return {"missing": (None, MISSING), "another scheme": (f"Basic {good}", MISSING), **bearers}

    def signed(self, claims: Mapping[str, Any], *, key: rsa.RSAPrivateKey | None = None) -> str:
        return jwt.encode(
            dict(claims), key or self.keys[self.kid], algorithm="RS256", headers={"kid": self.kid, "typ": "JWT"}
        )


def _membership(role: Role, organization: str) -> dict[str, Any]:
    match role:
        case Role.PATIENT:
            return {}
        case Role.PLATFORM_ADMIN:
            return {"metadata": {"role": "curaway_admin"}}
        case Role.MEMBER:
            return {"o": {"id": organization, "rol": "billing"}}
        case _:
            return {"o": {"id": organization, "rol": role.removeprefix("org:")}}


def _part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _symmetric(claims: Mapping[str, Any], secret: str, kid: str) -> str:
    # The library refuses to sign with a public key, which is what somebody else would do.
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{_part(dict(claims))}"
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
