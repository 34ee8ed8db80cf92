"""How a callback is received: its signature is verified on the raw bytes before anything looks into them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError

from curaway import log
from curaway.qstash import SignatureRefused, verify_signature
from curaway.refusals import method_not_allowed, problems, refusing
from webhooks import schemas
from webhooks.errors import CallbackInvalid, NotNow

logger = log.get(__name__)

M = TypeVar("M", bound=schemas.Message)
View = Callable[[HttpRequest], HttpResponseBase]

RETRY_AFTER_SECONDS = (5, 40, 320)
"""After the first try, the second, the third: the queue keeps to what an answer says, else to its own delays."""


def signed(view: Callable[[HttpRequest], HttpResponse]) -> View:
    """A view that is called only with what the queue has sent."""

    @csrf_exempt
    @refusing
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return method_not_allowed("POST")
        _verify(request)
        return view(request)

    return answered


def callback(takes: type[M]) -> Callable[[Callable[[HttpRequest, M], HttpResponse]], View]:
    """A view for signed messages of one kind, called with the message once it is proved and understood."""

    def decorated(view: Callable[[HttpRequest, M], HttpResponse]) -> View:
        @signed
        @wraps(view)
        def understood(request: HttpRequest) -> HttpResponse:
            return view(request, _message(takes, request.body))

        return understood

    return decorated


def not_now(request: HttpRequest) -> NotNow:
    """The refusal after which the queue delivers again, the later the more often it has."""
    retried = request.headers.get("Upstash-Retried", "")
    times = int(retried) if retried.isascii() and retried.isdecimal() and len(retried) < 4 else 0
    return NotNow(retry_after=RETRY_AFTER_SECONDS[min(times, len(RETRY_AFTER_SECONDS) - 1)])


def _verify(request: HttpRequest) -> None:
    environment = settings.ENVIRONMENT
    try:
        verify_signature(
            header=request.headers.get("Upstash-Signature"),
            body=request.body,
            url=environment.public_base_url + request.path,
            keys=environment.signing_keys,
        )
    except SignatureRefused as refused:
        logger.warning("callback_refused", path=request.path, why=refused.why)
        raise


def _message(takes: type[M], body: bytes) -> M:
    try:
        return takes.model_validate_json(body)
    except ValidationError as refused:
        found = problems([{**error, "loc": ("body", "message", *error["loc"])} for error in refused.errors()])
        raise CallbackInvalid(problems=found) from None
