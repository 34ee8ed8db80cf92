"""Who is asking: a Clerk session token, verified here without a call to anybody, becomes an `Identity`."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import jwt

from curaway.environment import Environment
from curaway.errors import AuthHeaderMissing, AuthTokenExpired, AuthTokenInvalid
from curaway.signing_keys import KeySet, PemKey, SigningKeys

CLOCK_SKEW_SECONDS = 5
"""How far `nbf` and `iat` may lie ahead of this machine's clock. `exp` gets none: expired is expired."""

LONGEST_NAME = 100
LONGEST_TOKEN = 16_384


class Role(StrEnum):
    """What an identity may do; each value is what the audit trail and the API call it."""

    PATIENT = "patient"
    COORDINATOR = "org:coordinator"
    ADMIN = "org:admin"
    MEMBER = "org:member"
    """In an organisation with a role this system does not know: may do nothing."""
    PLATFORM_ADMIN = "curaway_admin"


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller a token proves: Clerk's user, session and, when one is active, organisation."""

    subject: str
    session_id: str
    organization: str | None
    role: Role


@cache
def verifier() -> TokenVerifier:
    """This process's verifier, from the settings; raises RuntimeError where nothing could be verified."""
    from django.conf import settings

    return verifier_for(settings.ENVIRONMENT)


def verifier_for(environment: Environment) -> TokenVerifier:
    """Clerk's keys where they are configured, else, with DEBUG on only, the key made on this machine."""
    if environment.clerk_configured:
        return TokenVerifier(
            PemKey(environment.CLERK_JWT_KEY) if environment.CLERK_JWT_KEY else KeySet(environment.CLERK_JWKS_URL),
            issuer=environment.CLERK_ISSUER or None,
            authorized_parties=environment.CLERK_AUTHORIZED_PARTIES,
        )
    if not environment.DEBUG:
        raise RuntimeError("CLERK_JWT_KEY or CLERK_JWKS_URL must be set: nobody's token could be verified")
    from curaway.local.issuer import LocalIssuer

    issuer = LocalIssuer(environment.data_dir)
    return TokenVerifier(PemKey(issuer.public_key_pem), issuer=issuer.issuer)


class TokenVerifier:
    """Turns an Authorization header into an `Identity`, or refuses by name."""

    def __init__(
        self,
        keys: SigningKeys,
        *,
        issuer: str | None = None,
        authorized_parties: Collection[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        """Without `issuer` or `authorized_parties` that claim is not looked at. `now`: seconds since 1970."""
        self._keys = keys
        self._issuer = issuer
        self._parties = frozenset(authorized_parties)
        self._now = now

    def verify(self, authorization_header: str | None) -> Identity:
        """Raises AuthHeaderMissing, AuthTokenInvalid, or AuthTokenExpired for an otherwise good token."""
        claims = self._signed_claims(_bearer_token(authorization_header))
        self._check_source(claims)
        organization, role = _membership(claims)
        identity = Identity(_name(claims.get("sub")), _name(claims.get("sid")), organization, role)
        self._check_times(claims)
        return identity

    def warm(self) -> None:
        """Fetch what verification needs before the first request does; nothing to do with a PEM key."""
        if isinstance(self._keys, KeySet):
            self._keys.warm()

    def _signed_claims(self, token: str) -> dict[str, Any]:
        key = self._keys.find(_key_id(token))
        if key is None:
            raise AuthTokenInvalid
        try:
            # Times are checked afterwards, with the clock that was passed in. The one algorithm is fixed
            # here: taken from the token, it would let `none` or HS256 over the public key through.
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.PyJWTError:
            raise AuthTokenInvalid from None

    def _check_source(self, claims: dict[str, Any]) -> None:
        if self._issuer is not None and claims.get("iss") != self._issuer:
            raise AuthTokenInvalid
        # A token without `azp` could have been made for any other application of the same Clerk account.
        if self._parties and _text(claims.get("azp")) not in self._parties:
            raise AuthTokenInvalid
        # A pending session has not finished its tasks (second factor, choosing an organisation).
        if claims.get("sts") == "pending":
            raise AuthTokenInvalid

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self._now()
        expires = _seconds(claims.get("exp"))
        starts = max(_seconds(claims.get("nbf")), _seconds(claims.get("iat")))
        if starts > now + CLOCK_SKEW_SECONDS:
            raise AuthTokenInvalid
        if expires <= now:
            raise AuthTokenExpired


def _bearer_token(header: str | None) -> str:
    scheme, _, token = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise AuthHeaderMissing
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise AuthTokenInvalid
    return token.strip()


def _key_id(token: str) -> str | None:
    """The key a token names; its header is not trusted with anything else."""
    segment = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        raise AuthTokenInvalid from None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None


def _membership(claims: dict[str, Any]) -> tuple[str | None, Role]:
    """The active organisation and the role: claims version 2 (`o`) or version 1 (`org_id`, `org_role`)."""
    active = claims.get("o")
    if active is None:
        active = {"id": claims.get("org_id"), "rol": claims.get("org_role")}
    elif not isinstance(active, dict) or active.get("id") is None:
        raise AuthTokenInvalid
    organization = None if active["id"] is None else _name(active["id"])
    if _is_platform_admin(claims):
        return organization, Role.PLATFORM_ADMIN
    return organization, Role.PATIENT if organization is None else _organization_role(active.get("rol"))


def _is_platform_admin(claims: dict[str, Any]) -> bool:
    """Set by Curaway in Clerk's public metadata; an organisation's administrators can't give it away."""
    metadata = claims.get("metadata")
    return isinstance(metadata, dict) and metadata.get("role") == Role.PLATFORM_ADMIN.value


def _organization_role(claim: Any) -> Role:
    name = "org:" + _text(claim).removeprefix("org:")
    return Role(name) if name in {Role.COORDINATOR, Role.ADMIN} else Role.MEMBER


def _name(claim: Any) -> str:
    """An id that columns and logs can hold: 1 to 100 printable characters."""
    if not isinstance(claim, str) or not 0 < len(claim) <= LONGEST_NAME or not claim.isprintable():
        raise AuthTokenInvalid
    return claim


def _text(claim: Any) -> str:
    return claim if isinstance(claim, str) else ""


def _seconds(claim: Any) -> float:
    # JSON as Python reads it has NaN, which compares false with every clock and so would never expire.
    if isinstance(claim, bool) or not isinstance(claim, int | float) or claim != claim:
        raise AuthTokenInvalid
    return claim
