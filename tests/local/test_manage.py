"""`manage.py` on a database that nobody has migrated: a sentence, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

from curaway.local.postgres import CHECKOUT, EmbeddedPostgres

FOR_MARIA = ("issue_token", "--patient", "demo-patient-maria-001")


def manage(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATA_DIR")}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environ | settings, capture_output=True, text=True, timeout=60)


def test_another_data_folder_than_the_servers_is_suspected(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    with postgres.lease():
        asked = manage(*FOR_MARIA, DATA_DIR=str(data_dir))
    said = f"The database in {data_dir} lacks tables: was the server started with another DATA_DIR=?\n"
    assert (asked.returncode, asked.stdout, asked.stderr) == (1, "", said)


def test_a_database_of_ones_own_is_to_be_migrated(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    with postgres.lease() as lease:
        asked = manage(*FOR_MARIA, DATABASE_URL=lease.url, DATA_DIR=str(data_dir))
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == "The database at DATABASE_URL lacks tables. Make them first: manage.py migrate\n"
