"""What a client would have received: the frames after a position, as they would be sent now."""

from __future__ import annotations

from typing import NamedTuple

from events import log
from events.frames import event_frame
from events.log import Cursor, StreamKey
from events.models import Event
from events.operations.log_epoch import current_epoch, restored_at
from events.stream import Start, start_from

PAGE = 100


class Replayed(NamedTuple):
    """How a stream would begin, and the events that would follow; `has_more` when they are the first `PAGE` of them."""

    start: Start
    events: list[Event]
    has_more: bool


def replay(key: StreamKey, *, resume: str | None, epoch: str | None) -> Replayed:
    """What somebody would hear who resumes with this position and epoch (None: without)."""
    head, now_in, restored = log.head(key), current_epoch(), restored_at()
    certain = None if restored is None else log.head_at(key, restored)
    start = start_from(resume, head=head, state={}, known_epoch=epoch, epoch=now_in, certain=certain)
    rows = Event.objects.filter(
        tenant_id=key.tenant_id, patient_id=key.patient_id, position__gt=start.position, position__lte=head
    )
    found = list(rows.order_by("position")[: PAGE + 1])
    return Replayed(start, found[:PAGE], has_more=len(found) > PAGE)


def wire(key: StreamKey, *, after: int) -> str:
    """The frames themselves, protected fields and all: for who has it on record that they look."""
    cursor = Cursor(key, after)
    return "".join(event_frame(row).wire.decode() for row in log.read([cursor], rows=PAGE)[cursor].rows)
