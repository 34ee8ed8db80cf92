"""The bench's own Postgres, and a database per contender in it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from curaway.local.postgres import EmbeddedPostgres

MAX_CONNECTIONS = 400
"""Four times Postgres's default, so that those who take a connection per stream get as far as 300."""

LOG_PREFIX = "bench|%d|%a|"
STATEMENT = re.compile(r"bench\|(?P<database>[^|]*)\|(?P<name>[^|]*)\|LOG:  (statement|execute [^:]*): ?(?P<text>.*)")
OWN_NAME = "bench"
WRITER_NAME = "bench-writer"
APP_ROLE = "contender"
"""Without superuser's rights: whatever a contender uses up, the bench itself still gets in."""


class Cluster:
    """One server for all contenders; they never work at the same time, except where two are compared."""

    def __init__(self, folder: Path) -> None:
        settings = {
            "max_connections": str(MAX_CONNECTIONS),
            "log_line_prefix": LOG_PREFIX,
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
        }
        self._lease = EmbeddedPostgres(folder, settings=settings).lease()
        self._log = folder / "postgres.log"
        self.version = self.run("SHOW server_version")[0][0]
        if not self.run("SELECT 1 FROM pg_roles WHERE rolname = %s", APP_ROLE):
            password = sql.Literal(urlsplit(self._lease.url).password)
            self.run(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APP_ROLE), password))

    def url(self, database: str, *, role: str = APP_ROLE) -> str:
        parts = urlsplit(self._lease.url)
        return f"postgres://{role}:{parts.password}@{parts.hostname}:{parts.port}/{database}"

    def run(self, statement: Any, *values: Any, database: str = "curaway") -> list[tuple[Any, ...]]:
        """Run a statement as superuser; its rows, or none."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self.url(database, role=str(urlsplit(self._lease.url).username)),
            autocommit=True,
            application_name=OWN_NAME,
            connect_timeout=10,
        )

    def create(self, database: str) -> None:
        """An empty database; an old one of that name is dropped."""
        self.drop(database)
        self.run(f"CREATE DATABASE {database} OWNER {APP_ROLE}")

    def drop(self, database: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def connections(self, database: str) -> int:
        """How many connections the contender's processes hold; the bench's own and the writers' don't count."""
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name NOT IN (%s, %s)"
        return int(self.run(counted, database, OWN_NAME, WRITER_NAME)[0][0])

    def interrupt(self) -> None:
        """End the bench's own statements, whatever they wait for."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
        self.run(f"{ended} AND pid <> pg_backend_pid()", OWN_NAME)

    def settle(self) -> None:
        """Write out what was inserted and gather statistics, so that neither happens in somebody's measure."""
        self.run("CHECKPOINT")

    def stop(self) -> None:
        self._lease.release()

    @contextmanager
    def counting(self, database: str) -> Iterator[Statements]:
        """Count every statement that reaches the database.

        `log_statement` and not `pg_stat_database`: transactions would count a read of three statements as one, and
        each session reports its figures up to ten seconds late, which is as long as the window. The log has each
        statement at once, with its text. (`pg_stat_statements` is not among the embedded server's extensions.)
        """
        statements = Statements(self._log, database)
        self._log_statements("all")
        statements.begin()
        try:
            yield statements
        finally:
            statements.end()
            self._log_statements("none")

    def _log_statements(self, which: str) -> None:
        self.run(f"ALTER SYSTEM SET log_statement = '{which}'")
        self.run("SELECT pg_reload_conf()")
        # Sessions take the new value up when they are next used.
        time.sleep(0.5)


class Statements:
    """The statements of a window of time."""

    def __init__(self, log: Path, database: str) -> None:
        self._log = log
        self._database = database
        self._from = self._until = 0

    def begin(self) -> None:
        self._from = self._log.stat().st_size
        self._began = time.monotonic()

    def end(self) -> None:
        self._until = self._log.stat().st_size
        self.seconds = time.monotonic() - self._began

    def counted(self) -> Counter[str]:
        """How often each statement came, by its first words."""
        with self._log.open("rb") as log:
            log.seek(self._from)
            lines = log.read(self._until - self._from).decode(errors="replace").splitlines()
        counts: Counter[str] = Counter()
        for number, line in enumerate(lines):
            found = STATEMENT.match(line)
            if found and found["database"] == self._database and found["name"] not in (OWN_NAME, WRITER_NAME):
                # A statement that begins with a line break goes on in the log's next line.
                text = found["text"] or "".join(lines[number + 1 : number + 2])
                counts[" ".join(text.split())[:80]] += 1
        return counts
