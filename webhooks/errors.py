"""What a callback is refused with: 489 tells QStash that trying again is useless, 503 to try again later."""

from __future__ import annotations

from curaway.errors import AppError, InputInvalid

NOT_RETRYABLE = 489


class CallbackRefused(AppError):
    """A callback was refused for good."""

    def headers(self) -> dict[str, str]:
        return {**super().headers(), "Upstash-NonRetryable-Error": "true"}


class CallbackInvalid(CallbackRefused, InputInvalid):
    """The callback's body is not what this path takes."""

    code = "CALLBACK_INVALID_001"
    status = NOT_RETRYABLE


class DocumentUnknown(CallbackRefused):
    """There is no such document."""

    code = "CALLBACK_DOCUMENT_001"
    status = NOT_RETRYABLE


class PatientUnknown(CallbackRefused):
    """There is no such patient."""

    code = "CALLBACK_PATIENT_001"
    status = NOT_RETRYABLE


class NotificationUnknown(CallbackRefused):
    """There is no such notification, or no such kind."""

    code = "CALLBACK_NOTIFICATION_001"
    status = NOT_RETRYABLE


class NotificationRefused(CallbackRefused):
    """The mail was refused for this address."""

    code = "CALLBACK_MAIL_001"
    status = NOT_RETRYABLE


class DocumentFailed(CallbackRefused):
    """The document can't be read or analyzed; its patient was told why."""

    code = "CALLBACK_UNREADABLE_001"
    status = NOT_RETRYABLE


class NotNow(AppError):
    """The work could not be done this time; deliver the callback again."""

    code = "CALLBACK_NOT_NOW_001"
    status = 503
