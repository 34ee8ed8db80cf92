"""What sealing the log costs: `python -m bench.sealing`, in about two minutes.

Recording a fact (one writer, then eight), with the seal and without it: the trigger as it was before there was a chain,
and payloads as they are. Then streams (`bench.sealed_streams`). Both take turns, so that whatever else the machine does
meets them alike; told are the medians of the turns' ratios. Of a stream's cost the reading alone is told as well, by
its fastest turns, as it waits for no disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench import sealed_streams
from bench.children import ROOT, Talking

ALLOWED = 1.3
"""How many times the cost without it anything may cost."""

TENANT = "tenant-of-the-bench"
FACT = {"document_id": "doc_0a1b2c3d4e5f6071829304a5", "filename": "discharge-letter-orthopaedics.pdf"}
SEALED, PLAIN = "sealed", "plain"
ROWS = 1000
PATIENTS = 40

TURNS_OF_READING = 41
"""More and shorter ones than of writing: they need no time to get going."""

PLAIN_TRIGGER_SQL = """
CREATE OR REPLACE FUNCTION events_take_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.position := NULL;
    IF NEW.patient_id IS NOT NULL AND events_is_streamed(NEW.event_type) THEN
        INSERT INTO events_streamhead AS head (tenant_id, patient_id, position)
        VALUES (NEW.tenant_id, NEW.patient_id, 1)
        ON CONFLICT (tenant_id, patient_id) DO UPDATE SET position = head.position + 1
        RETURNING head.position INTO NEW.position;
        NEW.created_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$
"""
"""The rule for positions as it is without a chain."""

PLAIN_INSERT_SQL = """
INSERT INTO events (id, event_type, tenant_id, actor_id, patient_id, payload, correlation_id, locale, source_service,
                    api_version, client_type)
VALUES (%(id)s, %(event_type)s, %(tenant_id)s, %(actor_id)s, %(patient_id)s, %(payload)s, %(correlation_id)s,
        %(locale)s, %(source_service)s, %(api_version)s, %(client_type)s)
RETURNING created_at, position
"""


class Writer:
    """Records facts as an application does; the database's rule is set by the bench."""

    def __init__(self) -> None:
        _set_up_django()
        from events import emit

        self._emit = emit
        self._sealing = emit._insert

    def run(self, *, kind: str, patients: list[str], seconds: float, at: float) -> dict[str, Any]:
        """Record for so long; how many, and in what time."""
        self._emit._insert = self._sealing if kind == SEALED else self._insert_plain
        time.sleep(max(0.0, at - time.monotonic()))
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            patient = patients[count % len(patients)]
            self._emit.emit_event("document_parsing", TENANT, patient, FACT, "user_bench", "bench")
            count += 1
        return {"count": count, "seconds": time.monotonic() - began}

    def _insert_plain(self, kind: Any, facts: dict[str, Any]) -> Any:
        del kind
        with self._emit.prepared.cursor() as sql:
            sql.execute(PLAIN_INSERT_SQL, {**facts, "payload": json.dumps(facts["payload"])})
            return sql.fetchone()


class Reader:
    """Reads a patient's facts as the hub does, and makes their frames."""

    def __init__(self) -> None:
        _set_up_django()
        from events import log

        plain = log.READ_SQL.replace(log.KEY_SQL, "NULL::bytea")
        self._read_sql = {SEALED: log.READ_SQL, PLAIN: plain}
        assert plain != log.READ_SQL

    def run(self, *, kind: str, times: int) -> dict[str, float]:
        """Read the whole of this kind's patient so many times; how long it took."""
        from events import log
        from events.frames import event_frame
        from events.log import Cursor, StreamKey

        log.READ_SQL, patient = self._read_sql[kind], _read_by(kind)
        began = time.perf_counter()
        for _ in range(times):
            cursor, frames = Cursor(StreamKey(TENANT, patient), 0), []
            while (page := log.read([cursor])[cursor]).rows:
                frames += [event_frame(row) for row in page.rows]
                cursor = cursor._replace(after=frames[-1].position)
            assert len(frames) == ROWS
        return {"seconds": time.perf_counter() - began}


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.sealing", description=__doc__)
    asked.add_argument("--rounds", type=int, default=7, help="Turns of each; default: %(default)s.")
    asked.add_argument("--seconds", type=float, default=0.8, help="Length of a turn of writing; default: %(default)s.")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="curaway-sealing-") as folder, _database(Path(folder)) as run:
        ratios = {
            "emit, 1 writer": _emitting(Path(folder), run, 1, given),
            "emit, 8 writers": _emitting(Path(folder), run, 8, given),
        }
        of_reading = _reading(Path(folder), run, given)
    with tempfile.TemporaryDirectory(prefix="curaway-sealing-") as folder:
        Path(folder).chmod(0o755)
        ratios |= sealed_streams.ratios(Path(folder))
    sys.stdout.write(
        f"{'reading alone':<20} {of_reading:5.2f}x  (a part of a stream: {ROWS:,} rows and their frames)\n"
    )
    sys.stdout.write("".join(f"{name:<20} {ratio:5.2f}x  (at most {ALLOWED}x)\n" for name, ratio in ratios.items()))
    sys.exit(any(ratio > ALLOWED for ratio in ratios.values()))


Run = Callable[[str], None]


def _emitting(folder: Path, run: Run, size: int, given: argparse.Namespace) -> float:
    crew = [_child("Writer", folder, number) for number in range(size)]
    try:
        for kind in (SEALED, PLAIN):
            _rate(crew, kind, run, seconds=0.2)
        ratios = []
        for turn in range(given.rounds):
            # Who begins changes, or what grows with the log would always be the second one's.
            order = (SEALED, PLAIN) if turn % 2 else (PLAIN, SEALED)
            rate = {kind: _rate(crew, kind, run, seconds=given.seconds) for kind in order}
            ratios.append(rate[PLAIN] / rate[SEALED])
            _say(f"{size} writing: {rate[PLAIN]:,.0f}/s without, {rate[SEALED]:,.0f}/s with: {ratios[-1]:.2f}x")
    finally:
        for writer in crew:
            writer.stop()
    return median(ratios)


def _rate(crew: list[Talking], kind: str, run: Run, *, seconds: float) -> float:
    run(_sealing_trigger() if kind == SEALED else PLAIN_TRIGGER_SQL)
    share, at = PATIENTS // len(crew), time.monotonic() + 0.1
    for number, writer in enumerate(crew):
        patients = [f"{kind}-{number * share + turn}" for turn in range(share)]
        writer.tell(kind=kind, patients=patients, seconds=seconds, at=at)
    return sum(done["count"] / done["seconds"] for done in [writer.answer() for writer in crew])


def _reading(folder: Path, run: Run, given: argparse.Namespace) -> float:
    writer = _child("Writer", folder, 0)
    for kind in (SEALED, PLAIN):
        run(_sealing_trigger() if kind == SEALED else PLAIN_TRIGGER_SQL)
        written = 0
        while written < ROWS:
            written += writer.ask(kind=kind, patients=[_read_by(kind)], seconds=0.5, at=0.0)["count"]
        run(
            f"ALTER TABLE events DISABLE TRIGGER ALL;\n DELETE FROM events WHERE position > {ROWS} "
            f"AND patient_id = '{_read_by(kind)}';\n ALTER TABLE events ENABLE TRIGGER ALL"
        )
    writer.stop()
    run("VACUUM ANALYZE events")
    reader = _child("Reader", folder, 0)
    took: dict[str, list[float]] = {SEALED: [], PLAIN: []}
    for turn in range(TURNS_OF_READING):
        for kind in (SEALED, PLAIN) if turn % 2 else (PLAIN, SEALED):
            took[kind].append(reader.ask(kind=kind, times=3)["seconds"] / 3)
    # The fastest of each: it waits for no disk, so whatever else the machine does only adds to it.
    fastest = {kind: min(times) for kind, times in took.items()}
    middle = median(sealed / plain for sealed, plain in zip(took[SEALED], took[PLAIN], strict=True))
    _say(
        f"reading: {1000 * fastest[PLAIN]:.1f} ms without, {1000 * fastest[SEALED]:.1f} ms with at the fastest; "
        f"median of the turns' ratios {middle:.2f}x"
    )
    reader.stop()
    return fastest[SEALED] / fastest[PLAIN]


@contextmanager
def _database(folder: Path) -> Iterator[Run]:
    """A database of our own, migrated; runs statements as its owner."""
    import psycopg

    from curaway.local.postgres import EmbeddedPostgres

    folder.chmod(0o755)
    lease = EmbeddedPostgres(folder / "data").lease()
    os.environ |= {"DATABASE_URL": lease.url, "DEBUG": "on", "DATA_DIR": str(folder / "data"), "LOG_LEVEL": "WARNING"}
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"], cwd=ROOT, check=True)
        with psycopg.connect(lease.url, autocommit=True) as connection:

            def run(statement: str) -> None:
                for part in statement.split(";\n") if "$$" not in statement else [statement]:
                    connection.execute(part)

            yield run
    finally:
        lease.release()


def _sealing_trigger() -> str:
    from events.sealing.chain import CHAIN_SQL

    return CHAIN_SQL.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _read_by(kind: str) -> str:
    return f"read-{kind}"


def _child(name: str, folder: Path, number: int) -> Talking:
    return Talking("bench.sealing", "--as", name, log=folder / f"{name}-{number}.log", environ={})


def _serve(name: str) -> None:
    """A child: JSON commands in, JSON answers out."""
    work = {"Writer": Writer, "Reader": Reader}[name]()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(work.run(**json.loads(line))) + "\n")
        sys.stdout.flush()


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
    import django

    django.setup()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as"]:
        _serve(sys.argv[2])
    else:
        main()
