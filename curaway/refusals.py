"""The one place where anything that went wrong becomes an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from curaway import log
from curaway.envelope import refusal
from curaway.errors import (
    AppError,
    AuthHeaderMissing,
    BodyTooLarge,
    InputInvalid,
    Internal,
    MethodNotAllowed,
    RateLimited,
    RouteUnknown,
)

logger = log.get(__name__)

View = Callable[..., HttpResponseBase]

TRANSLATIONS: Mapping[type[Exception], Callable[[Any], AppError]] = {
    AppError: lambda problem: problem,
    ValidationError: lambda problem: InputInvalid(problems=problems(problem.errors)),
    AuthenticationError: lambda _: AuthHeaderMissing(),
    Throttled: lambda problem: RateLimited(retry_after=problem.wait),
    HttpError: lambda problem: _http_error(problem.status_code),
    Http404: lambda _: RouteUnknown(),
    RequestDataTooBig: lambda _: BodyTooLarge(),
    # The client hung up in the middle of its body; nobody reads the answer.
    UnreadablePostError: lambda _: _http_error(400),
    SuspiciousOperation: lambda _: _http_error(400),
}
"""What each kind of exception is refused as; the nearest class counts, anything else is `Internal`."""


def answer_to(problem: Exception) -> JsonResponse:
    """The envelope that refuses because of `problem`, whatever it is; only the unforeseen is logged."""
    refused = _refused(problem)
    # 500s only: a refusal is an answer, not an incident.
    if not isinstance(problem, AppError) and refused.status >= 500:
        logger.error("request_failed", exc_info=problem)
    return JsonResponse(
        refusal(refused),
        status=refused.status,
        headers=refused.headers(),
        json_dumps_params={"ensure_ascii": False},
    )


def method_not_allowed(allowed: str) -> JsonResponse:
    """The refusal of a method, naming those that are answered: `GET, PUT`."""
    response = answer_to(MethodNotAllowed())
    response["Allow"] = allowed
    return response


def refusing(view: View) -> View:
    """Let a plain Django view refuse as the API does: by raising."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Exception as problem:
            return answer_to(problem)

    return answered


def problems(errors: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """One (field, message) per field from pydantic's errors, without the values that were sent."""
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(_field(error["loc"]), _sentence(error["msg"]))
    return list(found.items())


def _refused(problem: Exception) -> AppError:
    for kind in type(problem).__mro__:
        if kind in TRANSLATIONS:
            return TRANSLATIONS[kind](problem)
    return Internal()


def _http_error(status: int) -> AppError:
    """Ninja raises 400 for a body that can't be parsed, and nothing else here raises HttpError."""
    if status == 404:
        return RouteUnknown()
    return InputInvalid(problems=[("body", "The body must be JSON that can be stored.")])


def _field(loc: Sequence[Any]) -> str:
    """`("body", "registration", "email")` → `email`; the parameter's name means nothing to a client."""
    source, *path = loc
    if source == "body":
        path = path[1:]
    return ".".join(str(part) for part in path)[:100] or str(source)


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
