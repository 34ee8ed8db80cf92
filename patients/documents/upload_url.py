"""Upload addresses: whoever has one may put one document's bytes, of one type and size, for 15 minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.utils import timezone

from patients.errors import UploadAddressRefused

LIFETIME = timedelta(minutes=15)
SALT = "patients.documents.upload"


class Permission(NamedTuple):
    """What an upload address allows: to put so many bytes of a type as this tenant's patient's document."""

    tenant_id: str
    patient_id: str
    document_id: str
    size: int
    content_type: str

    @property
    def storage_key(self) -> str:
        return f"{self.tenant_id}/{self.patient_id}/{self.document_id}"


def upload_url(permission: Permission) -> str:
    """The address to PUT the bytes to; it needs no token, so it is as secret as one."""
    token = signing.dumps(list(permission), salt=SALT)
    return f"{settings.ENVIRONMENT.public_base_url}/uploads/{token}"


def expires_at() -> datetime:
    """When an address made now stops to work."""
    return timezone.now() + LIFETIME


def permission_in(token: str) -> Permission:
    """What the address's token allows; raises `UploadAddressRefused` when it is forged or has expired."""
    try:
        return Permission(*signing.loads(token, salt=SALT, max_age=LIFETIME))
    except (signing.BadSignature, ValueError):
        raise UploadAddressRefused from None
