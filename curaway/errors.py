"""Every refusal the API can give: a class with a code, a status and a docstring that is its message.

A refusal never echoes an input value, a token or anything about a person: its message is fixed when the
class is written, and only the fields named in `AppError.__init__` vary.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

CATALOGUE: dict[str, type[AppError]] = {}
"""Every code of the API and the class that raises it, filled as the classes are defined."""

LIFTED = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.LOCKED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Statuses of refusals that may be lifted before the caller tries again; so may any fault of ours."""


class AppError(Exception):
    """Something was refused."""

    code: ClassVar[str]
    status: ClassVar[int]
    may_be_lifted: ClassVar[bool]
    """Whether the same request may succeed later; such a refusal is not kept under an idempotency key. Left out: by
    the status."""

    challenge: ClassVar[str] = "Bearer"
    """How to sign in, where `status` is 401."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__dict__.get("__doc__"):
            raise TypeError(f"{cls.__name__} needs a docstring: it is the message people read")
        if "code" not in cls.__dict__:
            return
        if cls.code in CATALOGUE:
            raise TypeError(f"{cls.__name__} repeats the code {cls.code} of {CATALOGUE[cls.code].__name__}")
        if not 400 <= cls.status <= 599:
            raise TypeError(f"{cls.__name__}: {cls.status} is no status of a refusal")
        CATALOGUE[cls.code] = cls
        if "may_be_lifted" not in cls.__dict__:
            cls.may_be_lifted = cls.status in LIFTED or cls.status >= 500

    def __init__(
        self,
        *,
        field: str | None = None,
        reason: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(self.message)
        self.field = field
        self.reason = reason
        self.retry_after = retry_after

    @property
    def message(self) -> str:
        """The docstring as one line."""
        return " ".join((type(self).__doc__ or "").split())

    def entries(self) -> list[dict[str, str]]:
        """The envelope's `errors`: `[{"code", "message", "field"?, "reason"?}]`."""
        entry = {"code": self.code, "message": self.message}
        if self.field is not None:
            entry["field"] = self.field
        if self.reason is not None:
            entry["reason"] = self.reason
        return [entry]

    def headers(self) -> dict[str, str]:
        """Headers the answer carries besides the envelope."""
        carried = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        # RFC 9110, 15.5.2: 401 names how to sign in.
        return {**carried, "WWW-Authenticate": self.challenge} if self.status == 401 else carried


class AuthHeaderMissing(AppError):
    """Send a session token: Authorization: Bearer <token>."""

    code = "AUTH_HEADER_MISSING_001"
    status = 401


class AuthTokenExpired(AppError):
    """The session token has expired; ask for a fresh one and try again."""

    code = "AUTH_TOKEN_EXPIRED_001"
    status = 401


class AuthTokenInvalid(AppError):
    """The session token could not be verified."""

    code = "AUTH_TOKEN_INVALID_001"
    status = 401


class RoleForbidden(AppError):
    """Your role may not do this."""

    code = "AUTH_UNAUTHORIZED_001"
    status = 403


class TenantHeaderMissing(AppError):
    """Name the tenant you act in: X-Tenant-ID: <tenant>."""

    code = "TENANT_HEADER_MISSING_001"
    status = 400


class TenantUnknown(AppError):
    """There is no such tenant."""

    code = "TENANT_NOT_FOUND_001"
    status = 404


class TenantMismatch(AppError):
    """You do not belong to this tenant."""

    code = "TENANT_MISMATCH_001"
    status = 403


class InputInvalid(AppError):
    """The input is not valid."""

    code = "INTAKE_VALIDATION_001"
    status = 422

    def __init__(self, *, problems: list[tuple[str, str]]) -> None:
        """`problems`: (field, what is wrong with it), one per field, without the value that was sent."""
        super().__init__()
        self.problems = problems

    def entries(self) -> list[dict[str, str]]:
        return [{"code": self.code, "message": text, "field": field} for field, text in self.problems]


class BodyTooLarge(AppError):
    """The request's body is larger than this path accepts."""

    code = "PAYLOAD_TOO_LARGE_001"
    status = 413


class UploadTooLarge(AppError):
    """The file is larger than 20 MB, or larger than was announced."""

    code = "UPLOAD_TOO_LARGE_001"
    status = 422
    may_be_lifted = True


class HeadTooLarge(AppError):
    """The request's headers or its address are larger than is accepted."""

    code = "HEADERS_TOO_LARGE_001"
    status = 431


class HostUnknown(AppError):
    """No such host is served here."""

    code = "HOST_NOT_FOUND_001"
    status = 400


class RouteUnknown(AppError):
    """There is nothing at this path."""

    code = "ROUTE_NOT_FOUND_001"
    status = 404


class MethodNotAllowed(AppError):
    """This path does not answer that method."""

    code = "METHOD_NOT_ALLOWED_001"
    status = 405


class IdempotencyConflict(AppError):
    """This idempotency key was used with another body, or its first request is still being answered."""

    code = "IDEMPOTENCY_CONFLICT_001"
    status = 409


class RateLimited(AppError):
    """Too many writes in a minute; wait and try again."""

    code = "RATE_LIMIT_001"
    status = 429


class CallbackUnverified(AppError):
    """The callback's signature is missing, wrong, expired, for another URL, or for another body."""

    code = "QSTASH_VERIFY_001"
    status = 401
    challenge = "Upstash-Signature"


class Internal(AppError):
    """Something went wrong on our side; quote the request id when you report it."""

    code = "INTERNAL_001"
    status = 500
