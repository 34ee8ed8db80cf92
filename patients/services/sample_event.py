"""Recording a made-up event, to see a stream at work."""

from __future__ import annotations

from django.db import transaction

from curaway import context
from events.emit import emit_event
from events.grammar import REGISTRY
from events.models import Event
from events.samples import sample
from patients import queries

ACTOR = "emit_test_event"


@transaction.atomic
def record_sample(event_type: str, *, tenant_id: str, patient_id: str) -> Event:
    """Record a fact of this type with an obviously made-up payload; raises as `queries.locked_patient` does."""
    with context.serving(context.RequestContext(source_service=ACTOR, client_type="cli")):
        queries.locked_patient(tenant_id, patient_id)
        return emit_event(event_type, tenant_id, patient_id, sample(REGISTRY[event_type]), ACTOR)
