"""`PUT /uploads/<token>`: the bytes of a document, to an address that `presign` gave out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from curaway.refusals import method_not_allowed, refusing
from patients.documents.storage import local_storage, storage
from patients.documents.upload_url import permission_in
from patients.errors import UploadAddressRefused
from patients.services.uploads import store_upload


@csrf_exempt
@refusing
def put_upload(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps the body, replacing an earlier one, until the upload is confirmed; no session token is asked for."""
    if request.method != "PUT":
        return method_not_allowed("PUT")
    permission = permission_in(token)
    if storage().is_remote:
        raise UploadAddressRefused  # bytes belong into the bucket
    digest = store_upload(
        permission=permission,
        content_type=request.headers.get("Content-Type", ""),
        body=request,  # type: ignore[arg-type]
        storage=local_storage(),
    )
    return HttpResponse(headers={"ETag": f'"{digest}"'})
