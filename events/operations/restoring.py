"""After a restore: a new epoch, so that clients that know the log's other life begin anew."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from events import wakeup
from events.disclosure import SEVERAL_TENANTS
from events.emit import emit_event
from events.operations.control import Control
from events.operations.log_epoch import LogEpoch
from events.registry import EventType, LogEpochBegun


@transaction.atomic
def begin_epoch(*, by: str) -> str:
    """The new epoch: every client that resumes with another one is told `reset`, and open streams end."""
    epoch = uuid.uuid4()
    previous = LogEpoch.objects.select_for_update().filter(pk=1).first()
    LogEpoch.objects.update_or_create(pk=1, defaults={"epoch": epoch, "restored_at": Now()})
    Control.objects.get_or_create(pk=1)
    fact = LogEpochBegun(epoch=str(epoch), previous=None if previous is None else str(previous.epoch))
    emit_event(EventType.LOG_EPOCH_BEGUN, SEVERAL_TENANTS, None, fact, actor_id=by)
    transaction.on_commit(partial(wakeup.ring, wakeup.OrdersGiven()))
    return str(epoch)
