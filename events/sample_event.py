"""Recording a made-up event, to see a stream at work."""

from __future__ import annotations

from curaway import context
from events import emit_event
from events.grammar import REGISTRY
from events.models import Event
from events.samples import sample

ACTOR = "emit_test_event"


def record_sample(event_type: str, *, tenant_id: str, patient_id: str) -> Event:
    """Record a fact of this type with an obviously made-up payload, through the same door as every other."""
    with context.serving(context.RequestContext(source_service=ACTOR, client_type="cli")):
        return emit_event(event_type, tenant_id, patient_id, sample(REGISTRY[event_type]), ACTOR)
