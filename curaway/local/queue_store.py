"""Where the local queue keeps its messages: one SQLite file, so that a restart or a kill loses nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

from curaway.local.queue_message import Message

DEDUPLICATION_SECONDS = 600.0
KEEP_FINISHED_SECONDS = 86_400.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    destination TEXT NOT NULL,
    method TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    max_retries INTEGER NOT NULL,
    timeout REAL NOT NULL,
    flow_key TEXT NOT NULL,
    parallelism INTEGER NOT NULL,
    deduplication_id TEXT NOT NULL,
    failure_callback TEXT NOT NULL DEFAULT '',
    retry_delay TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    not_before REAL NOT NULL,
    retried INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    last_status INTEGER
);
CREATE INDEX IF NOT EXISTS messages_due ON messages (state, not_before);
CREATE INDEX IF NOT EXISTS messages_deduplication ON messages (deduplication_id, created_at);
"""


class StoreInUse(SystemExit):
    """Another queue already runs on this folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another local queue is using {path}")


class QueueStore:
    """Messages by state: waiting, delivering, delivered, failed (the dead letters)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._database = sqlite3.connect(path, isolation_level=None, timeout=2)
        self._database.row_factory = sqlite3.Row
        try:
            # Two queues on one file would deliver everything twice: the first keeps the file to itself.
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA secure_delete = ON")
            self._database.executescript(SCHEMA)
            self._add_columns()
            # What was under way when the last process ended may have arrived or not: it is sent again.
            self._database.execute("UPDATE messages SET state = 'waiting' WHERE state = 'delivering'")
        except sqlite3.OperationalError as problem:
            raise StoreInUse(path) from problem

    def close(self) -> None:
        self._database.close()

    def add(self, message: Message) -> str | None:
        """Keep a new message; None, or the id of the one it repeats within ten minutes."""
        earlier = self._duplicate_of(message)
        if earlier is None:
            self._database.execute(
                "INSERT INTO messages (id, destination, method, headers, body, max_retries, timeout,"
                " flow_key, parallelism, deduplication_id, failure_callback, retry_delay, created_at, not_before)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message.id,
                    message.destination,
                    message.method,
                    json.dumps(dict(message.headers)),
                    message.body,
                    message.max_retries,
                    message.timeout,
                    message.flow_key,
                    message.parallelism,
                    message.deduplication_id,
                    message.failure_callback,
                    message.retry_delay,
                    message.created_at,
                    message.not_before,
                ),
            )
        return earlier

    def claim(self, now: float, full: Collection[str]) -> Message | None:
        """The next message due, now delivering; none of a flow key in `full`."""
        row = self._next(full)
        if row is None or row["not_before"] > now:
            return None
        self._set(row["id"], state="delivering")
        values = {name: value for name, value in dict(row).items() if name not in {"state", "last_status"}}
        return Message(**{**values, "headers": json.loads(row["headers"])})

    def next_at(self, full: Collection[str]) -> float | None:
        """When the next message is due; None when none waits."""
        row = self._next(full)
        return None if row is None else float(row["not_before"])

    def delivered(self, message_id: str, status: int) -> None:
        """The body goes: nobody needs it any more, and it may be about a patient."""
        self._set(message_id, state="delivered", last_status=status, body=b"")

    def failed(self, message_id: str, status: int | None) -> None:
        """A dead letter: kept for a day with the last answer's status, without its body."""
        self._set(message_id, state="failed", last_status=status, body=b"")

    def retry(self, message_id: str, *, at: float, status: int | None) -> None:
        self._set(message_id, state="waiting", not_before=at, last_status=status)
        self._database.execute("UPDATE messages SET retried = retried + 1 WHERE id = ?", (message_id,))

    def release(self, message_id: str, *, at: float = 0.0) -> None:
        """Put a message back that was not sent to its end; it does not count as a try."""
        self._set(message_id, state="waiting", not_before=at)

    def find(self, message_id: str) -> dict[str, Any] | None:
        """Everything about a message but its body and headers."""
        row = self._database.execute("SELECT * FROM messages WHERE id = ?", (message_id,)).fetchone()
        return (
            None
            if row is None
            else {name: value for name, value in dict(row).items() if name not in {"body", "headers"}}
        )

    def forget_finished(self, now: float) -> None:
        """Delete what ended more than a day ago."""
        self._database.execute(
            "DELETE FROM messages WHERE state IN ('delivered', 'failed') AND created_at < ?",
            (now - KEEP_FINISHED_SECONDS,),
        )

    def _add_columns(self) -> None:
        """What a file of an earlier version lacks."""
        there = {row["name"] for row in self._database.execute("PRAGMA table_info(messages)")}
        for name in ("failure_callback", "retry_delay"):
            if name not in there:
                self._database.execute(f"ALTER TABLE messages ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")

    def _duplicate_of(self, message: Message) -> str | None:
        if not message.deduplication_id:
            return None
        row = self._database.execute(
            "SELECT id FROM messages WHERE deduplication_id = ? AND created_at > ?",
            (message.deduplication_id, message.created_at - DEDUPLICATION_SECONDS),
        ).fetchone()
        return None if row is None else str(row["id"])

    def _next(self, full: Collection[str]) -> sqlite3.Row | None:
        marks = ", ".join("?" * len(full))
        query = (
            f"SELECT * FROM messages WHERE state = 'waiting' AND flow_key NOT IN ({marks})"  # noqa: S608 - only marks
            " ORDER BY not_before, rowid LIMIT 1"
        )
        row: sqlite3.Row | None = self._database.execute(query, tuple(full)).fetchone()
        return row

    def _set(self, message_id: str, **values: Any) -> None:
        assignments = ", ".join(f"{name} = ?" for name in values)
        self._database.execute(
            f"UPDATE messages SET {assignments} WHERE id = ?",  # noqa: S608 - our own column names
            (*values.values(), message_id),
        )
