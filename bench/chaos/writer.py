"""A process that records facts in transactions of its own, of which some roll back: `python -m bench.chaos.writer
NAME ROSTER NOTES SEED PAUSE`, until SIGTERM.

It is a part of the system under test, like a command or a job of somebody's: it uses `emit_event`.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import django

from bench.chaos.notes import Notebook

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
django.setup()

from django.db import Error, connection, transaction  # noqa: E402

from events import emit_event  # noqa: E402
from events.errors import EventNotRecorded  # noqa: E402

ROLLED_BACK_SHARE = 0.25
MOST_PATIENTS, MOST_EVENTS = 2, 3
LONGEST_OPEN_SECONDS = 0.06


class RolledBack(Exception):
    """The writer has changed its mind."""


def write(name: str, patients: list[tuple[str, str]], notes: Notebook, draw: random.Random, pause: float) -> None:
    """One transaction after another, with `pause` seconds between them on average; before each one is said what it
    will be, and after it what became of it. A line without an end: killed in its middle."""
    # A number of its own for each life of this process: it may be killed and started again.
    life = f"{name}-{time.time_ns():x}"
    number = 0
    while True:
        time.sleep(draw.uniform(0, 2 * pause))
        number += 1
        correlation = f"{life}-{number}"
        # In order, or two writers could wait for each other.
        whom = sorted(draw.sample(patients, draw.randint(1, MOST_PATIENTS)))
        each = draw.randint(1, MOST_EVENTS)
        gives_up = draw.random() < ROLLED_BACK_SHARE
        notes.note(correlation=correlation, events=each * len(whom), said="begun")
        notes.note(correlation=correlation, said=_outcome(correlation, whom, each, draw, gives_up=gives_up))


def _outcome(correlation: str, whom: list[tuple[str, str]], each: int, draw: random.Random, *, gives_up: bool) -> str:
    try:
        with transaction.atomic():
            for tenant, patient in whom:
                for _ in range(each):
                    emit_event("intake_progress_updated", tenant, patient, _moved(draw), "chaos", correlation)
            time.sleep(draw.uniform(0, LONGEST_OPEN_SECONDS))
            if gives_up:
                raise RolledBack
    except RolledBack:
        return "rolled back"
    except (Error, EventNotRecorded):
        # Whether a commit whose answer was lost took place only the table knows.
        connection.close()
        return "unknown"
    return "committed"


def _moved(draw: random.Random) -> dict[str, Any]:
    return {"previous": round(draw.random(), 4), "progress": round(draw.random(), 4), "categories": {}}


if __name__ == "__main__":
    name, roster, notes, seed, pause = sys.argv[1:]
    known = [(one["tenant"], one["patient"]) for one in json.loads(Path(roster).read_text())]
    write(name, known, Notebook(Path(notes)), random.Random(f"{seed}/{name}"), float(pause))
