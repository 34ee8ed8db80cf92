"""Events for tests of the admin, and what its pages show of them."""

from __future__ import annotations

import re
import secrets
import uuid
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from events.emit import emit_event
from events.models import Event
from events.registry import EventType

TENANT = "tenant-curaway-patients"
LIST = "/admin/events/event/"
JOBS = "/admin/events/job/"
SECRET = "Maria-Gonzalez-knee.pdf"


def patient_id() -> str:
    return f"test-patient-{secrets.token_hex(6)}"


def uploaded(
    patient: str = "", *, filename: str = SECRET, correlation: str = "", content_type: str = "application/pdf"
) -> Event:
    fields = {"document_id": "doc_1", "filename": filename, "content_type": content_type, "size": 2048}
    return emit_event(
        EventType.DOCUMENT_UPLOADED, TENANT, patient or patient_id(), fields, "user_1", correlation or str(uuid.uuid4())
    )


def said(patient: str) -> Event:
    fields = {"message_id": "msg_1", "role": "patient", "content": "I have diabetes"}
    return emit_event(EventType.CHAT_MESSAGE_SENT, TENANT, patient, fields, "user_1", str(uuid.uuid4()))


def by_hand(event_type: str, payload: Any) -> Event:
    return Event.objects.create(
        event_type=event_type, tenant_id=TENANT, payload=payload, correlation_id=str(uuid.uuid4())
    )


def page_of(row: Model) -> str:
    return reverse(f"admin:events_{row._meta.model_name}_change", args=[row.pk])


def protected_page_of(event: Event) -> str:
    return reverse("admin:events_event_protected", args=[event.pk])


def shown(response: HttpResponse) -> list[uuid.UUID]:
    """Ids of the events in a list, in its order."""
    return [
        uuid.UUID(found) for found in re.findall(r'name="_selected_action" value="([^"]+)"', response.content.decode())
    ]


def ask(client: Client, action: str, *rows: Event, query: str = "", everything: bool = False) -> Any:
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows], "index": "0"}
    return client.post(f"{LIST}{query}", form | {"select_across": "1" if everything else "0"})


def recorded(client: Any, event_type: str) -> Any:
    return Event.objects.filter(event_type=event_type, actor_id=client.actor)
