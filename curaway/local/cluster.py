"""One Postgres cluster on disk, and the server over it. Knows no locks: `EmbeddedPostgres` holds them."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from curaway.local.account import Account
from curaway.local.errors import PostgresBusy, PostgresFailed

NAME = "curaway"
"""The database, and the role that owns it."""

_LOG_LIMIT = 5_000_000
_INITDB = (
    "--auth=reject",  # the rules below replace it before the first start
    "--no-sync",
    "--no-instructions",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Postmaster:
    """The running server, as it describes itself in its pid file."""

    pid: int
    port: int
    ready: bool


@dataclass(frozen=True)
class Cluster:
    """The files of a cluster, the programs over it, and who runs them."""

    folder: Path
    programs: Path
    account: Account
    log: Path

    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    def create(self, password: str) -> None:
        """Make the cluster with its role and database; half a cluster is never left under its name."""
        draft = self.folder.with_name(f"{self.folder.name}.new")
        for leftover in (draft, self.folder):
            shutil.rmtree(leftover, ignore_errors=True)
        self.account.make_folder(draft)
        self._run("initdb", "-D", draft, "-U", NAME, *_INITDB)
        (draft / "pg_hba.conf").write_text(_HBA)
        # 192 random bits cannot be guessed: stretching them would only slow every connection down.
        statements = f"SET scram_iterations = 1; ALTER ROLE {NAME} PASSWORD '{password}';\n\n"
        single = ("--single", "-D", draft, "-j", "-c", "exit_on_error=on", "template1")
        self._run("postgres", *single, says=f"{statements}CREATE DATABASE {NAME};\n\n")
        draft.rename(self.folder)

    def postmaster(self) -> Postmaster | None:
        """The server that is alive over this cluster now, ready or not."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if not lines or not self._is_ours(int(lines[0])):
            return None
        complete = len(lines) >= 8
        return Postmaster(
            pid=int(lines[0]),
            port=int(lines[3]) if complete else 0,
            ready=complete and lines[7].strip() == "ready",
        )

    def start(self, settings: Mapping[str, str]) -> None:
        """Start the server and wait until it is ready; raises `PostgresFailed` with the log's tail."""
        if self.postmaster() is None:
            # Its pid may belong to somebody else by now, which would keep Postgres from starting for ever.
            (self.folder / "postmaster.pid").unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        self._run("pg_ctl", "start", "-s", "-w", "-t", "60", "-D", self.folder, "-o", options)

    def stop(self) -> None:
        """Stop the server cleanly; when it does not within half a minute, at once. No server is fine too."""
        for request, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if self._ends_on(request, within=seconds):
                return

    def kill(self) -> None:
        """End the server as a crash would, and wait until it is gone."""
        self._ends_on(signal.SIGKILL, within=10)

    def _ends_on(self, request: signal.Signals, *, within: float) -> bool:
        server = self.postmaster()
        if server is None:
            return True
        # Not with pg_ctl: a server must be stoppable after its programs were deleted.
        with suppress(ProcessLookupError):
            os.kill(server.pid, request)
        deadline = time.monotonic() + within
        while self.postmaster() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _is_ours(self, pid: int) -> bool:
        if sys.platform == "linux":
            # A zombie, or a stranger who was given the dead server's pid, does not carry our folder.
            try:
                return str(self.folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def _run(self, program: str, *arguments: str | Path, says: str = "") -> None:
        with self.log.open("ab") as log:
            begins = log.tell()
            finished = subprocess.run(
                [self.programs / program, *arguments],
                input=says.encode(),
                stdout=log,
                stderr=log,
                cwd="/",  # the account may not be able to enter the current folder
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C in our terminal is not for the server
                **self.account.switch,
            )
        if finished.returncode != 0:
            raise self._failure(program, begins)

    def _failure(self, program: str, begins: int) -> PostgresFailed:
        with self.log.open("rb") as log:
            log.seek(begins)
            said = log.read().decode(errors="replace").splitlines()
        tail = "\n".join(f"  {line}" for line in said[-8:]) or "  (nothing)"
        act = "start" if program == "pg_ctl" else "make its database"
        busy = re.search(r"is still in use|Address already in use|lock file .* already exists", tail)
        kind = PostgresBusy if busy else PostgresFailed
        return kind(act=act, why=_reason(tail), where=f"{self.log} ends with:\n{tail}")


def _reason(said: str) -> str:
    """One sentence for the failures people meet."""
    if "No space left on device" in said:
        return "the disk is full. Free some space and try again."
    if "incompatible with server" in said:
        return "its files were written by another version. Move the folder away to start afresh."
    return "its log says why."
