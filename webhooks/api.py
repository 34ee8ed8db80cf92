"""What QStash calls: its signature is verified on the raw bytes before anything looks into them."""

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
from curaway.door import answer_later, answer_now
from curaway.qstash import SignatureRefused, verify_signature
from curaway.refusals import method_not_allowed, problems, refusing
from patients.documents import deliveries, parsing
from patients.documents.faults import Unreadable
from patients.models import Document, Patient
from webhooks import schemas
from webhooks.errors import CallbackInvalid, DocumentUnknown, DocumentUnreadable, NotNow, PatientUnknown

logger = log.get(__name__)

C = TypeVar("C", bound=schemas.Callback)
View = Callable[[HttpRequest], HttpResponseBase]

RETRY_AFTER_SECONDS = 5


def callback(takes: type[C]) -> Callable[[Callable[[HttpRequest, C], HttpResponse]], View]:
    """A view for signed messages of one kind, called with the message once it is proved and understood."""

    def decorated(view: Callable[[HttpRequest, C], HttpResponse]) -> View:
        @csrf_exempt
        @refusing
        @wraps(view)
        def answered(request: HttpRequest) -> HttpResponseBase:
            if request.method != "POST":
                return method_not_allowed("POST")
            _verify(request)
            return view(request, _message(takes, request.body))

        return answered

    return decorated


@callback(schemas.DocumentParse)
def document_parse(request: HttpRequest, message: schemas.DocumentParse) -> HttpResponse:
    """Read a document: its own text, or by OCR; answered when that is done, seconds to minutes later."""

    async def work() -> dict[str, str]:
        try:
            outcome = await parsing.parse_document(
                document_id=message.document_id,
                job_id=message.job_id,
                correlation_id=message.correlation_id,
            )
        except deliveries.DocumentUnknown:
            raise DocumentUnknown from None
        except Unreadable as fault:
            raise DocumentUnreadable(reason=type(fault).__name__) from None
        except parsing.NotNow:
            raise NotNow(retry_after=RETRY_AFTER_SECONDS) from None
        return {"status": outcome}

    return answer_later(request, work)


@callback(schemas.ClinicalExtract)
def clinical_extract(request: HttpRequest, message: schemas.ClinicalExtract) -> HttpResponse:
    """Findings from a document's text. Checked and skipped: their extraction is not part of this version."""
    if not Document.objects.filter(pk=message.document_id).exists():
        raise DocumentUnknown
    return answer_now({"status": "skipped"})


@callback(schemas.Notification)
def notification(request: HttpRequest, message: schemas.Notification) -> HttpResponse:
    """A message to a patient. Checked and skipped: sending is not part of this version."""
    if message.patient_id is not None and not Patient.objects.filter(pk=message.patient_id).exists():
        raise PatientUnknown
    return answer_now({"status": "skipped"})


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


def _message(takes: type[C], body: bytes) -> C:
    try:
        return takes.model_validate_json(body)
    except ValidationError as refused:
        found = problems([{**error, "loc": ("body", "message", *error["loc"])} for error in refused.errors()])
        raise CallbackInvalid(problems=found) from None
