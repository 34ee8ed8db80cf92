"""Backup and restore, walked through with Postgres's own programs: what clients see afterwards.

The steps are those of docs/runbook/backup-and-restore.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from curaway.local.installation import installed_programs
from curaway.local.postgres import EmbeddedPostgres
from events.testing import StreamClient
from tests.servers import ROOT, ProcessServer

MARIA = "demo-patient-maria-001"


class Installation:
    """A database of this file's own, its backup, and Maria's token."""

    def __init__(self, folder: Path) -> None:
        self.lease = EmbeddedPostgres(folder).lease()
        self.url = self.lease.url
        self.backup = folder / "curaway.dump"
        self.manage("migrate")
        self.manage("seed_demo")
        token = self.manage("issue_token", "--patient", MARIA).strip().splitlines()[-1]
        self.headers = {"Authorization": f"Bearer {token}", "X-Tenant-ID": "tenant-curaway-patients"}

    def manage(self, *arguments: str) -> str:
        environment = {**os.environ, "DATABASE_URL": self.url}
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    def emit(self, count: int) -> None:
        self.manage("emit_test_event", "--patient", MARIA, "--count", str(count))

    def dump(self) -> None:
        self._postgres("pg_dump", "--format=custom", f"--file={self.backup}", f"--dbname={self.url}")

    def restore(self) -> None:
        """Into an empty database under the old one's name; whoever is connected is thrown out."""
        name = self.url.rpartition("/")[2]
        with psycopg.connect(self.url.removesuffix(name) + "postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
        self._postgres("pg_restore", "--exit-on-error", f"--dbname={self.url}", str(self.backup))

    def stream(self, server: ProcessServer, **options: object) -> StreamClient:
        return StreamClient(server.url, MARIA, self.headers, follow=True, **options)  # type: ignore[arg-type]

    @staticmethod
    def _postgres(program: str, *arguments: str) -> None:
        subprocess.run([installed_programs() / program, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="curaway-restore-"))
    folder.chmod(0o755)
    own = Installation(folder)
    yield own
    own.lease.release()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(180)
def test_after_a_restore_nobody_takes_the_logs_other_life_for_this_one(installation: Installation) -> None:
    with ProcessServer(database=installation.url) as server:
        open_one, early, late = (installation.stream(server) for _ in range(3))
        start = open_one.connected()["position"]
        for client in (early, late):
            client.connected()
        installation.emit(3)
        for client in (open_one, early, late):
            client.take(3)
        early.close()
        installation.dump()
        installation.emit(2)
        open_one.take(2)
        late.take(2)
        late.close()
        installation.restore()
        installation.manage("log_restored")

        # Whoever was connected is sent back, and begins where the restored log is.
        _, done = open_one.until_done()
        assert (done["reason"], done["reconnect"]) == ("timeout", True)
        back = open_one.again(follow=True)
        facts = back.connected()
        assert (facts["resumed"], facts["reset"], facts["position"]) == (False, "ahead", start + 3)
        assert facts["state"]["position"] == start + 3
        assert facts["epoch"] != open_one.epoch

        # Other events take the positions that were lost. Whoever knows the old ones is told, though they exist again,
        # and so is whoever knows only what both lives have in common.
        installation.emit(2)
        assert [frame.position for frame in back.take(2)] == [start + 4, start + 5]
        for client, position in ((late, start + 5), (early, start + 3)):
            assert client.position == position
            facts = client.again().connected()
            assert (facts["resumed"], facts["reset"], facts["position"]) == (False, "ahead", start + 5)

        # Without its epoch, as a standard client has it, a position is honoured where both lives are the same.
        facts = late.again(epoch="").connected()
        assert (facts["resumed"], facts["reset"], facts["position"]) == (False, "ahead", start + 5)
        ignorant = early.again(epoch="")
        assert ignorant.connected()["resumed"] is True
        assert [frame.position for frame in ignorant.take(2)] == [start + 4, start + 5]

        # From here on everything is as ever.
        assert back.again().connected()["resumed"] is True
        back.close()


@pytest.mark.timeout(180)
def test_a_restore_that_nobody_told_of_is_noticed_by_positions_that_went_back(installation: Installation) -> None:
    with ProcessServer(database=installation.url) as server:
        client, other = installation.stream(server), installation.stream(server)
        start = client.connected()["position"]
        other.connected()
        installation.dump()
        installation.emit(2)
        client.take(2)
        other.take(2)
        other.close()
        installation.restore()
        assert client.until_done()[1]["reconnect"] is True
        for one in (client, other):
            facts = one.again(epoch="").connected()
            assert (facts["reset"], facts["position"]) == ("ahead", start)
