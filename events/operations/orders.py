"""What operators do to running processes. Each act is a row that the processes read in their rounds, and a fact."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Literal

from django.db import transaction
from django.utils import timezone

from events import wakeup
from events.disclosure import SEVERAL_TENANTS
from events.emit import emit_event
from events.operations.control import Control
from events.operations.server_process import ServerProcess
from events.registry import EventType, ProcessDrainOrdered, StreamEndOrdered, StreamingSwitched

WATCHED_FOR = timedelta(seconds=60)
MOST_ENDS = 1000
"""Orders kept of a process; the oldest are long done."""


class NoSuchStream(Exception):
    """The process does not run any more, or does not tell of such a stream."""


@transaction.atomic
def end_stream(process_id: uuid.UUID, number: int, *, by: str) -> None:
    """Have the process end the stream, with `timeout`: its client comes back. Raises `NoSuchStream`."""
    told = ServerProcess.objects.filter(pk=process_id).first()
    stream = next((one for one in told.streams if one["number"] == number), None) if told else None
    if told is None or stream is None:
        raise NoSuchStream
    fact = StreamEndOrdered(process=told.name, stream=number)
    # Not last, as elsewhere: it waits for whoever writes about the patient. Behind a locked process its report would
    # wait as well, and with that the round that hears for all its streams.
    emit_event(EventType.STREAM_END_ORDERED, stream["tenant_id"], stream["patient_id"], fact, actor_id=by)
    process = _locked(process_id)
    process.ends_ordered = [*process.ends_ordered, number][-MOST_ENDS:]
    process.save(update_fields=["ends_ordered"])
    _tell()


@transaction.atomic
def drain_process(process_id: uuid.UUID, *, by: str) -> None:
    """Have the process send its streams elsewhere and take no more, until it is restarted. Raises `NoSuchStream`."""
    process = _locked(process_id)
    if process.drain_ordered:
        return
    process.drain_ordered = True
    process.save(update_fields=["drain_ordered"])
    emit_event(
        EventType.PROCESS_DRAIN_ORDERED, SEVERAL_TENANTS, None, ProcessDrainOrdered(process=process.name), actor_id=by
    )
    _tell()


def switch_streaming_off(*, by: str) -> None:
    """End all streams with `disabled` and refuse new ones, in every process; clients then poll."""
    _switch("off", by=by)


def switch_streaming_on(*, by: str) -> None:
    """Let streams be opened again, where the flag `sse_streaming` lets them."""
    _switch("on", by=by)


def watch(*, patient_id: str) -> None:
    """Have every process tell of its streams one by one for a while; this patient's first."""
    now = timezone.now()
    wanted = Control.objects.filter(pk=1)
    told_already = wanted.filter(watched_until__gt=now, watched_patient=patient_id).exists()
    wanted.update(watched_until=now + WATCHED_FOR, watched_patient=patient_id)
    if not told_already:
        _tell()


@transaction.atomic
def _switch(to: Literal["on", "off"], *, by: str) -> None:
    control = Control.objects.select_for_update().get(pk=1)
    if (control.streaming_off_since is not None) == (to == "off"):
        return
    control.streaming_off_since = timezone.now() if to == "off" else None
    control.streaming_off_by = by if to == "off" else ""
    control.save(update_fields=["streaming_off_since", "streaming_off_by"])
    emit_event(EventType.STREAMING_SWITCHED, SEVERAL_TENANTS, None, StreamingSwitched(streaming=to), actor_id=by)
    _tell()


def _locked(process_id: uuid.UUID) -> ServerProcess:
    # A report that is being written at this moment changes other columns; it waits for us.
    process = ServerProcess.objects.select_for_update().filter(pk=process_id).first()
    if process is None:
        raise NoSuchStream
    return process


def _tell() -> None:
    transaction.on_commit(partial(wakeup.ring, wakeup.OrdersGiven()))
