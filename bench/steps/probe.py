"""Does one step many times in the server's settings, so that the database's part of it can be measured: a program of
`bench.steps`. JSON commands in, JSON answers out."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench.contenders.contender import patient_id
from bench.event import EVENT_TYPE, TENANT, correlation_id, payload

NOBODY = "pat-nobody-listens-to"


def record(*, patients: int, times: int) -> None:
    """By `emit_event`; the patients take turns. The process's settings say whether it rings."""
    from events.emit import emit_event

    for turn in range(times):
        patient = patient_id(turn % patients)
        emit_event(EVENT_TYPE, TENANT, patient, payload(patient), "user_bench", correlation_id(turn))


def ring(*, times: int, every: float = 0.0) -> None:
    """By NOTIFY, as a writer rings, one every so many seconds."""
    from events.wakeup.notify import NotifyBell

    bell, began = NotifyBell(), time.monotonic()
    for turn in range(times):
        time.sleep(max(0.0, began + turn * every - time.monotonic()))
        bell.ring(_message(turn))


def publish(*, url: str, times: int) -> None:
    """By Redis, on the bell's channel; not by its thread, which drops what comes faster than it sends."""
    from redis import Redis

    from events.wakeup.redis import RedisBell

    channel = RedisBell(url).channel
    with Redis.from_url(url, protocol=2) as redis:
        for turn in range(times):
            redis.publish(channel, _message(turn))


def read(*, afters: Sequence[int], times: int, at_once: int) -> None:
    """Pages after these positions of the first patients, so many pages with each read."""
    from events import log
    from events.log import Cursor, StreamKey

    cursors = [Cursor(StreamKey(TENANT, patient_id(number)), after) for number, after in enumerate(afters)]
    for turn in range(times):
        first = turn * at_once % len(cursors)
        pages = log.read(cursors[first : first + at_once])
        if any(len(page.rows) != 1 for page in pages.values()) or len(pages) != at_once:
            raise SystemExit("not one event was found after each cursor")


def poll(*, heads: Sequence[int], times: int) -> None:
    """The question whether these patients' streams have grown; they have not."""
    from events import log
    from events.log import StreamKey
    from events.question import ask_together

    known = {StreamKey(TENANT, patient_id(number)): head for number, head in enumerate(heads)}
    for _ in range(times):
        if ask_together([log.grown(known)]) != [[]]:
            raise SystemExit("a stream has grown")


def look(*, patients: int, times: int) -> None:
    """The question whether these patients may still see their own streams; they may."""
    from events.log import StreamKey
    from events.question import ask_together
    from events.viewers import Viewer
    from patients import live

    ids = [patient_id(number) for number in range(patients)]
    viewers = [Viewer(StreamKey(TENANT, known), f"user_{known}", "patient") for known in ids]
    for _ in range(times):
        if ask_together([live.ask_refused(viewers)]) != [[]]:
            raise SystemExit("somebody may not look")


def _message(turn: int) -> str:
    from events.wakeup.rings import Grown, encode

    return encode(Grown(TENANT, NOBODY, turn))


DOES: dict[str, Any] = {"record": record, "ring": ring, "publish": publish, "read": read, "poll": poll, "look": look}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
    import django

    django.setup(set_prefix=False)
    for line in sys.stdin:
        command = json.loads(line)
        DOES[command.pop("do")](**command)
        sys.stdout.write("{}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
