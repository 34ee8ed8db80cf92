"""What patients' records, documents and uploads refuse."""

from __future__ import annotations

from curaway.errors import AppError, RateLimited


class PatientUnknown(AppError):
    """There is no such patient, or you may not see it."""

    code = "PATIENT_NOT_FOUND_001"
    status = 404


class PatientQuarantined(AppError):
    """This account is quarantined; nothing can be read or changed in it."""

    code = "PATIENT_QUARANTINED_001"
    status = 423


class PatientExists(AppError):
    """You are registered already."""

    code = "PATIENT_EXISTS_001"
    status = 409


class ConsentMissing(AppError):
    """The patient has not consented to what this needs."""

    code = "CONSENT_REQUIRED_001"
    status = 403


class DocumentUnknown(AppError):
    """There is no such document, or you may not see it."""

    code = "DOCUMENT_NOT_FOUND_001"
    status = 404


class ExtensionRefused(AppError):
    """This kind of file is not taken; use .pdf, .jpg, .jpeg, .png, .tif or .tiff."""

    code = "UPLOAD_EXTENSION_001"
    status = 422


class UploadTooSmall(AppError):
    """The file is smaller than 1 KB."""

    code = "UPLOAD_TOO_SMALL_001"
    status = 422
    may_be_lifted = True


class ContentTypeRefused(AppError):
    """The file is not of the type that was declared for it."""

    code = "UPLOAD_CONTENT_TYPE_001"
    status = 422
    may_be_lifted = True


class UploadMissing(AppError):
    """Nothing was put at the upload's address."""

    code = "UPLOAD_MISSING_001"
    status = 422
    may_be_lifted = True


class TooManyUploads(RateLimited):
    """Too many of this patient's uploads wait to be confirmed; confirm them, or wait and try again."""


class StorageAway(AppError):
    """Where documents are kept can't be reached at the moment; try again."""

    code = "STORAGE_UNAVAILABLE_001"
    status = 503


class UploadAddressRefused(AppError):
    """This upload address is not valid, has expired, or was used already."""

    code = "UPLOAD_URL_001"
    status = 403
