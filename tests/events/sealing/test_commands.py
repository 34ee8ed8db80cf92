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
from django.core.management import CommandError, call_command

from events.sealing.chain import CANONICAL
from tests.facts import record
from tests.people import SHARED, People
from tests.servers import ROOT

OLD, NEW = (b64encode(bytes((number + start) % 256 for number in range(32))).decode() for start in (0, 100))
FACTS_SQL = """
INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id)
SELECT 'document_parsing', 't', 'p' || number % 3, '{"filename": "a"}', 'c' FROM generate_series(0, 29) AS number
"""

REHASH = f"""
UPDATE events AS row SET hash = pg_catalog.sha256((
    SELECT before.hash FROM events AS before WHERE before.patient_id = 'forged' AND before.link = row.link - 1
) || {CANONICAL.format(row="row")}) WHERE row.patient_id = 'forged' AND row.link = {{link}}
"""  # noqa: S608 - our own text


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

    def sign(self) -> None:
        """As a server does once an hour."""
        done = self.manage("shell", "-c", "from events.sealing.signing import sign_all; sign_all()")
        assert done.returncode == 0, done.stderr

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
    mistyped = installation.manage("verify_events", "--tenant", "t", "--patient", "po")
    assert (mistyped.returncode, "is the id right?" in mistyped.stderr) == (1, True)

    # A whole chain taken away, with its head: its checkpoint speaks of it, and without that the file alone.
    installation.sign()
    installation.tamper("DELETE FROM events WHERE patient_id = 'p0'")
    installation.run("DELETE FROM events_streamhead WHERE patient_id = 'p0'")
    lost = installation.manage("verify_events")
    assert lost.returncode == 1
    assert "removed    t/p0  links 1-10: were there at the checkpoint of" in lost.stdout
    installation.run("DELETE FROM events_checkpoint WHERE patient_id = 'p0'")
    against = installation.manage("verify_events", "--patient", "p0", "--against", str(kept))
    assert against.returncode == 1
    assert "removed    t/p0  links 1-10: were there at the checkpoint of" in against.stdout
    assert "Compared with 1 checkpoints that were kept outside.\n" in against.stdout
    assert "2 findings" in against.stderr

    forged = kept.read_text().replace('"link": 10', '"link": 9')
    (tmp_path / "forged.jsonl").write_text(forged)
    refused = installation.manage("verify_events", "--patient", "p1", "--against", str(tmp_path / "forged.jsonl"))
    assert "is not signed by a master key" in refused.stdout


def test_a_forgery_that_a_server_has_signed_is_found_by_the_file_alone(
    installation: Installation, tmp_path: Path
) -> None:
    installation.run(FACTS_SQL.replace("'p' || number % 3", "'forged'"))
    kept = tmp_path / "heads.jsonl"
    assert installation.manage("verify_events", "--patient", "forged", "--checkpoint", str(kept)).returncode == 0
    installation.tamper("UPDATE events SET actor_id = 'forged' WHERE patient_id = 'forged' AND link = 4")
    installation.tamper("; ".join(REHASH.format(link=link) for link in range(4, 31)))
    installation.run(
        "UPDATE events_streamhead SET hash = (SELECT hash FROM events WHERE patient_id = 'forged' AND link = 30) "
        "WHERE patient_id = 'forged'",
        "DELETE FROM events_checkpoint WHERE patient_id = 'forged'",
    )
    installation.sign()
    assert installation.manage("verify_events", "--patient", "forged").returncode == 0
    found = installation.manage("verify_events", "--patient", "forged", "--json", "--against", str(kept))
    finding, counts = map(json.loads, found.stdout.splitlines())
    assert (found.returncode, finding["kind"], finding["first"]) == (1, "rewritten", 30)
    assert counts == {"chains": 1, "events": 30, "findings": 1, "compared": 1}


def test_rotation_says_what_it_has_done_and_what_it_can_not_do(installation: Installation) -> None:
    installation.run("DELETE FROM events_checkpoint")  # what other tests have signed is not counted here
    made = installation.manage("shell", "-c", "from events.sealing import keys; keys.for_sealing('t', 'p9')")
    assert made.returncode == 0, made.stderr
    helpless = installation.manage("rotate_phi_keys", keys=NEW)
    assert helpless.returncode == 1
    assert "1 rows depend on a master key that is not in PHI_MASTER_KEYS" in helpless.stderr
    for said in ("1 rows now depend", "Nothing to do: every row depends on the current master key alone."):
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


def test_a_file_that_there_is_nothing_to_compare_with_is_refused(people: People, tmp_path: Path) -> None:
    patient, other, file = people.patient(), people.patient(), tmp_path / "kept"
    record(patient)
    record(other)
    file.touch()
    for _ in range(2):
        with pytest.raises(CommandError, match="has no checkpoint of what was asked for: nothing to compare"):
            call_command("verify_events", "--tenant", SHARED, "--patient", patient.id, "--against", str(file))
        # Now there is one in it, of somebody else.
        call_command("verify_events", "--tenant", SHARED, "--patient", other.id, "--checkpoint", str(file))
