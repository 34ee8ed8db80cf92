"""What a process tells of itself, and that it costs nothing to ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import log
from events.frames import Done
from events.hub import Hub
from events.log import StreamKey
from events.operations.control import Control
from events.operations.log_epoch import current_epoch
from events.operations.reporting import BUSY_EVERY_SECONDS, IDLE_EVERY_SECONDS, Reporting
from events.operations.server_process import ServerProcess
from events.question import ask_together
from events.stream import Stream, start_from
from events.stream_settings import StreamSettings
from events.testing import FakeClock
from events.viewers import Viewer
from tests.facts import record
from tests.people import People

pytestmark = pytest.mark.usefixtures("database")


def hub() -> Hub:
    return Hub(StreamSettings())


def join(process: Hub, patient: str, *, position: int = 5, epoch: str | None = None) -> Stream:
    start = start_from(str(position), head=5, state={}, epoch=epoch or current_epoch())
    viewer = Viewer(StreamKey("tenant-x", patient), "user_x", "patient")
    stream = Stream(process, viewer, start, follow=True, types=None, report=lambda *_, **__: None)
    process.admit(stream, asked_at=stream.opened_at)
    return stream


def ask(reporting: Reporting, process: Hub) -> list[dict[str, Any]]:
    return ask_together([reporting.question(process)])[0]


def row(process: Hub) -> ServerProcess | None:
    return ServerProcess.objects.filter(pk=process.process).first()


def test_a_report_is_one_statement_with_the_orders() -> None:
    process, reporting = hub(), Reporting()
    with CaptureQueriesContext(connection) as asked:
        (orders,) = ask(reporting, process)
    assert len(asked) == 1
    assert orders.keys() == {"epoch", "streaming_off", "watched", "watched_patient", "drain", "ends"}
    told = row(process)
    assert told is not None
    assert (told.name, told.open_streams) == (process.process_name, 0)


def test_a_process_reports_every_few_seconds_with_streams_and_every_minute_without() -> None:
    clock, process = FakeClock(), hub()
    reporting = Reporting(clock=clock.monotonic)
    turns = []
    for seconds in (0, BUSY_EVERY_SECONDS, IDLE_EVERY_SECONDS):
        clock.advance(seconds)
        turns.append(reporting.question(process).values["its_turn"])
    stream = join(process, "p")
    for seconds in (0, 1, BUSY_EVERY_SECONDS):
        clock.advance(seconds)
        turns.append(reporting.question(process).values["its_turn"])
    process.leave(stream, process.rooms[stream.viewer.key])
    turns += [reporting.question(process).values["its_turn"] for _ in range(2)]
    assert turns == [True, False, True, True, False, True, True, False]


def test_where_it_is_not_its_turn_nothing_is_written() -> None:
    process, reporting = hub(), Reporting(clock=FakeClock().monotonic)
    ask(reporting, process)
    ServerProcess.objects.filter(pk=process.process).update(name="untouched")
    ServerProcess.objects.filter(pk=process.process).update(open_streams=7)
    ask(reporting, process)
    told = row(process)
    assert told is not None
    assert told.open_streams == 7


def test_streams_are_told_one_by_one_only_while_somebody_looks() -> None:
    process, reporting = hub(), Reporting()
    for patient, position in (("quick", 5), ("slow", 2), ("wanted", 5)):
        join(process, patient, position=position)
    Control.objects.filter(pk=1).update(watched_until=None)
    reporting.obey(process, ask(reporting, process))
    assert row(process).streams == []  # type: ignore[union-attr]
    later = timezone.now() + timedelta(minutes=1)
    Control.objects.filter(pk=1).update(watched_until=later, watched_patient="wanted")
    process.round_due.clear()
    reporting.obey(process, ask(reporting, process))
    assert process.round_due.is_set()
    ask(reporting, process)
    Control.objects.filter(pk=1).update(watched_until=None)
    told = row(process).streams  # type: ignore[union-attr]
    assert [(one["patient_id"], one["position"], one["lag"]) for one in told] == [
        ("wanted", 5, 0),
        ("slow", 2, 3),
        ("quick", 5, 0),
    ]
    assert told[0].keys() == {
        "number", "tenant_id", "patient_id", "subject", "role", "position", "lag", "age", "follow",
    }  # fmt: skip


def test_orders_are_done_again_without_effect() -> None:
    process, reporting = hub(), Reporting()
    first, second = join(process, "a"), join(process, "b")
    ask(reporting, process)
    ServerProcess.objects.filter(pk=process.process).update(ends_ordered=[first.number, 999])
    for _ in range(2):
        reporting.obey(process, ask(reporting, process))
    assert (first._done.reason, second._done) == ("timeout", None)  # type: ignore[union-attr]
    ServerProcess.objects.filter(pk=process.process).update(drain_ordered=True)
    for _ in range(2):
        reporting.obey(process, ask(reporting, process))
    assert (process.draining, second._done.reason) == (True, "draining")  # type: ignore[union-attr]


def test_an_epoch_that_changes_ends_everybody_once_and_the_first_one_nobody() -> None:
    process = hub()
    process.begin_epoch("e")
    stream = join(process, "a", epoch="e")
    process.begin_epoch("e")
    assert stream._done is None
    process.begin_epoch("f")
    assert stream._done == Done("timeout", reconnect=True, retry_ms=stream._done.retry_ms)  # type: ignore[union-attr]
    assert process.rooms == {}


def test_who_leaves_a_room_that_was_let_go_leaves_the_new_one_alone() -> None:
    process = hub()
    old = join(process, "a")
    room = process.rooms[old.viewer.key]
    process.begin_epoch("f")
    new = join(process, "a", epoch="f")
    process.leave(old, room)
    assert process.rooms[new.viewer.key].listeners == {new}


def test_rows_of_processes_that_ended_an_hour_ago_are_forgotten() -> None:
    gone = ServerProcess.objects.create(id=hub().process, name="gone", reported_at=timezone.now() - timedelta(hours=2))
    ask(Reporting(), hub())
    assert not ServerProcess.objects.filter(pk=gone.pk).exists()


@pytest.mark.parametrize(("known", "position"), [(5, 1), (0, 1)])
def test_the_poll_finds_a_head_that_went_back_as_one_that_has_grown(people: People, known: int, position: int) -> None:
    patient = people.patient()
    record(patient)
    key = StreamKey(patient.tenant_id, patient.id)
    (found,) = ask_together([log.grown({key: known})])[0]
    assert found["position"] == position


def test_the_poll_finds_a_head_that_is_gone_altogether() -> None:
    nobody = StreamKey("tenant-x", "nobody")
    assert [found["position"] for found in ask_together([log.grown({nobody: 3})])[0]] == [0]
    assert ask_together([log.grown({nobody: 0})]) == [[]]
