"""The callback that sends a notification."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from curaway.door import answer_later
from patients.notifications import deliveries, notify
from patients.notifications.sending import MailRefused
from webhooks import schemas
from webhooks.errors import NotificationRefused, NotificationUnknown, PatientUnknown
from webhooks.receiving import callback, not_now


@callback(schemas.Notification)
def notification(request: HttpRequest, message: schemas.Notification) -> HttpResponse:
    """Send a notification by e-mail: the one that is named, or one of this kind to this patient."""
    asked = deliveries.Asked(
        notification_id=message.notification_id,
        kind=message.kind,
        patient_id=message.patient_id,
        about=message.document_id or message.match_id or "",
        job_id=message.job_id,
        correlation_id=message.correlation_id,
    )

    async def work() -> dict[str, str]:
        try:
            return {"status": await notify.notify(asked)}
        except deliveries.NotificationUnknown:
            raise NotificationUnknown from None
        except deliveries.PatientUnknown:
            raise PatientUnknown from None
        except MailRefused:
            raise NotificationRefused from None
        except notify.NotNow:
            raise not_now(request) from None

    return answer_later(request, work)
