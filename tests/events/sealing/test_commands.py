"""`verify_events` and `rotate_phi_keys` as an operator runs them, on a database of their own that is tampered with."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command

from tests.facts import record
from tests.people import SHARED, People
from tests.servers import ROOT

OLD, NEW = (b64encode(bytes((number + start) % 256 for number in range(32))).decode() for start in (0, 100))
FACTS_SQL = """
INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id)
SELECT 'document_parsing', 't', 'p' || number % 3, '{"filename": "a"}', 'c' FROM generate_series(0, 29) AS number
"""


class Installation:
    """A database, and what manage.py does with it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def manage(self, *arguments: str, keys: str = OLD) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "DATABASE_URL": self.url, "PHI_MASTER_KEYS": keys}
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement)

    def tamper(self, statement: str) -> None:
        """As the owner of the database."""
        self.run("ALTER TABLE events DISABLE TRIGGER ALL", statement, "ALTER TABLE events ENABLE TRIGGER ALL")


@pytest.fixture(scope="module")
def installation(database: None) -> Iterator[Installation]:
    """Thirty facts about three patients."""
    from django.db import connection

    of, name = connection.settings_dict, f"sealing_{secrets.token_hex(6)}"
    address = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}"
    with psycopg.connect(f"{address}/{of['NAME']}", autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        made = Installation(f"{address}/{name}")
        done = made.manage("migrate", "--no-input", "-v", "0")
        assert done.returncode == 0, done.stderr
        made.run(FACTS_SQL)
        yield made
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_whole_log_passes_and_one_that_was_tampered_with_does_not(installation: Installation, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    whole = installation.manage("verify_events", "--checkpoint", str(kept))
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout == "30 events in 3 chains: nothing was changed, removed or inserted.\n"
    assert len(kept.read_text().splitlines()) == 3

    installation.tamper("UPDATE events SET actor_id = 'forged' WHERE patient_id = 'p1' AND link = 4")
    installation.tamper("DELETE FROM events WHERE patient_id = 'p2' AND link = 10")
    found = installation.manage("verify_events", "--json")
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 1
    assert [(line["kind"], line["patient_id"], line["first"]) for line in lines[:-1]] == [
        ("changed", "p1", 4),
        ("removed", "p2", 10),
    ]
    assert lines[-1] == {"chains": 3, "events": 29, "findings": 2}
    assert installation.manage("verify_events", "--tenant", "t", "--patient", "p0").returncode == 0

    # A whole chain taken away, with its head: nothing here speaks of it any more.
    installation.tamper("DELETE FROM events WHERE patient_id = 'p0'")
    installation.run("DELETE FROM events_streamhead WHERE patient_id = 'p0'")
    against = installation.manage("verify_events", "--patient", "p0", "--against", str(kept))
    assert against.returncode == 1
    assert "removed    t/p0  links 1-10: were there at the checkpoint of" in against.stdout
    assert "2 findings" in against.stderr

    forged = kept.read_text().replace('"link": 10', '"link": 9')
    (tmp_path / "forged.jsonl").write_text(forged)
    refused = installation.manage("verify_events", "--patient", "p1", "--against", str(tmp_path / "forged.jsonl"))
    assert "is not signed by a master key" in refused.stdout


def test_rotation_says_what_it_has_done_and_what_it_can_not_do(installation: Installation) -> None:
    made = installation.manage("shell", "-c", "from events.sealing import keys; keys.for_sealing('t', 'p9')")
    assert made.returncode == 0, made.stderr
    helpless = installation.manage("rotate_phi_keys", keys=NEW)
    assert helpless.returncode == 1
    assert "1 rows depend on a master key that is not in PHI_MASTER_KEYS" in helpless.stderr
    for said in ("1 rows now depend", "0 rows now depend"):
        assert installation.manage("rotate_phi_keys", keys=f"{NEW},{OLD}").stdout.startswith(said)
    opened = "from events.sealing import keys; keys.for_sealing('t', 'p9')"
    assert installation.manage("shell", "-c", opened, keys=NEW).returncode == 0
    assert installation.manage("shell", "-c", opened, keys=OLD).returncode == 1


@pytest.mark.parametrize("command", ["verify_events", "rotate_phi_keys", "erase_patient"])
def test_each_says_what_it_does(command: str, capsys: Any) -> None:
    with pytest.raises(SystemExit):
        call_command(command, "--help")
    assert "Exits with 1" in " ".join(capsys.readouterr().out.split())


def test_a_file_that_is_no_checkpoint_is_refused(people: People, tmp_path: Path) -> None:
    patient, file = people.patient(), tmp_path / "kept"
    record(patient)
    file.write_text("not a checkpoint\n")
    with pytest.raises(Exception, match="not a checkpoint as verify_events writes them"):
        call_command("verify_events", "--tenant", SHARED, "--patient", patient.id, "--against", str(file))
