"""The gate for a document: whoever may not see its patient is told that there is no such document."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest

from patients import access
from patients.access import Caller
from patients.errors import DocumentUnknown, PatientUnknown
from patients.models import Document


def document_writer(request: HttpRequest, document_id: str, *, needs: Collection[str]) -> tuple[Caller, Document]:
    """The caller and the document, when the caller may change its patient and the purposes are granted."""
    who = access.caller(request)
    document = Document.objects.defer("pages").filter(tenant_id=who.tenant.id, id=document_id).first()
    if document is None:
        raise DocumentUnknown
    try:
        access.writer(request, document.patient_id, needs=needs)
    except PatientUnknown:
        raise DocumentUnknown from None
    return who, document
