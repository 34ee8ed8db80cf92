"""Those who use the embedded Postgres in the tests: connections, and processes that hold a lease."""

import pwd
import subprocess
import sys
from pathlib import Path

import psycopg

from curaway.local.postgres import CHECKOUT

SMALL = {"max_connections": "20", "shared_buffers": "16MB", "fsync": "off"}
"""Settings of a server that three tests connect to."""

HOLDER = """
import sys
from pathlib import Path
from curaway.local.postgres import EmbeddedPostgres
lease = EmbeddedPostgres(Path(sys.argv[1])).lease()
print(lease.url, flush=True)
sys.stdin.read()
"""
"""Takes a lease, prints its address, and holds it until the input ends."""


def answer(url: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_user || '@' || current_database()").fetchone()
    return row and row[0]


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def run_holder(folder: Path, somebody: pwd.struct_passwd) -> subprocess.CompletedProcess[str]:
    # The system's Python: ours may lie in root's home.
    code = f"import sys; sys.path[:0] = {[str(CHECKOUT), *packages()]!r}\n{HOLDER}"
    return subprocess.run(
        ["/usr/bin/python3", "-c", code, str(folder)],
        user=somebody.pw_uid,
        group=somebody.pw_gid,
        extra_groups=[],
        cwd="/",
        input="",
        capture_output=True,
        text=True,
    )


def packages() -> list[str]:
    return [path for path in sys.path if path.endswith("site-packages")]
