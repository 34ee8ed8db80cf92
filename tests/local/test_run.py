"""The supervisor behind `make run`: what it starts things with, and when it gives up."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from curaway.local.command import Command
from curaway.local.errors import CommandFailed, PortTaken, ProgramGaveUp, SettingWrong
from curaway.local.given import CHECKOUT, data_folder, given_settings
from curaway.local.keys import development_secret, local_queue_settings, move_local_queue
from curaway.local.program import Program
from curaway.local.settings import children_environment, port_of
from curaway.local.supervisor import Supervisor
from curaway.local.welcome import welcome
from tests.processes import is_alive
from tests.waiting import wait_until

QUEUE = {
    "QSTASH_URL": "http://127.0.0.1:20001",
    "QSTASH_TOKEN": "local_token",
    "QSTASH_CURRENT_SIGNING_KEY": "sig_local_current",
    "QSTASH_NEXT_SIGNING_KEY": "sig_local_next",
}


def environment(given: dict[str, str]) -> dict[str, str]:
    return children_environment(given, port=8001, data_dir=Path("/data"), queue=QUEUE)


def test_children_get_the_local_queue_and_this_servers_address() -> None:
    assert environment({"DEBUG": "on"}) == {
        **QUEUE,
        "DEBUG": "on",
        "PUBLIC_BASE_URL": "http://127.0.0.1:8001",
        "PYTHONUNBUFFERED": "1",
        "PORT": "8001",
        "DATA_DIR": "/data",
    }


def test_the_local_queue_signs_with_the_keys_a_person_gave() -> None:
    given = {"QSTASH_CURRENT_SIGNING_KEY": "mine", "QSTASH_TOKEN": "my-token"}
    assert environment(given).items() >= {**QUEUE, **given}.items()


def test_the_single_signing_key_counts_as_the_current_one() -> None:
    assert environment({"QSTASH_SIGNING_KEY": "mine"})["QSTASH_CURRENT_SIGNING_KEY"] == "mine"


def test_a_public_address_a_person_gave_is_kept() -> None:
    assert environment({"PUBLIC_BASE_URL": "https://tunnel.example"})["PUBLIC_BASE_URL"] == "https://tunnel.example"


@pytest.mark.parametrize("port", ["", "eighty", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(SettingWrong, match=r"PORT is .* and must be a number from 1 to 65535"):
        port_of({"PORT": port})


def test_the_port_is_8000_unless_somebody_says_otherwise() -> None:
    assert (port_of({}), port_of({"PORT": "8001"})) == (8000, 8001)


def test_an_empty_setting_counts_as_not_given() -> None:
    assert "DATA_DIR" not in given_settings({"DATA_DIR": ""})


def test_a_data_folder_may_be_named(tmp_path: Path) -> None:
    assert data_folder({"DATA_DIR": str(tmp_path)}) == tmp_path


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(PortTaken) as refusal:
            Supervisor({"PORT": str(port), "DATA_DIR": str(tmp_path)}).run()
    assert str(refusal.value) == (
        f"Port {port} is in use by another program. Stop it, or choose another: make run PORT={port + 1}"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_machines_keys_are_made_once_and_are_secret(tmp_path: Path) -> None:
    assert development_secret(tmp_path) == development_secret(tmp_path)
    assert local_queue_settings(tmp_path) == local_queue_settings(tmp_path)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_the_queue_moves_and_keeps_its_keys(tmp_path: Path) -> None:
    before = local_queue_settings(tmp_path)
    with socket.create_server(("127.0.0.1", int(before["QSTASH_URL"].rpartition(":")[2]))):
        after = move_local_queue(tmp_path)
    assert after.pop("QSTASH_URL") != before.pop("QSTASH_URL")
    assert after == before


def test_the_welcome_names_every_address_and_a_ready_line() -> None:
    text = welcome(8001, logins="admin / secret", token="ey.J.x")
    assert "http://127.0.0.1:8001/admin/" in text
    assert "admin / secret" in text
    assert (
        'curl -N -H "Authorization: Bearer ey.J.x" -H "X-Tenant-ID: tenant-curaway-patients" '
        "http://127.0.0.1:8001/api/v1/patients/demo-patient-maria-001/events/stream\n"
    ) in text


def test_a_program_that_keeps_dying_is_given_up() -> None:
    said: list[str] = []
    program = Program("queue", ["-c", "raise SystemExit(3)"], os.environ, say=said.append)
    with pytest.raises(ProgramGaveUp, match=r"The queue ended 5 times in a row .*\(exit code 3\)"):
        tend_for(program, seconds=30)
    assert said == ["The queue ended with exit code 3; starting it again."] * 4


def test_deaths_far_apart_are_forgiven() -> None:
    said: list[str] = []
    hours = itertools.count(step=3_600.0)
    program = Program("queue", ["-c", ""], os.environ, say=said.append, clock=lambda: next(hours))
    while len(said) < 6:
        tend_for(program, seconds=0.1)
    program.stop(within=1)


def tend_for(program: Program, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        program.tend()
        time.sleep(0.01)


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process that has started a program, printed its pid, and waits."""
    code = (
        "import os, sys, time; from curaway.local.program import Program\n"
        "child = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'\n"
        "Program('server', ['-c', child], os.environ, say=print).tend(); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_killed_supervisor_leaves_no_orphan(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    # Its output ends when the last process that could write to it is gone.
    assert parent.stdout.read() == ""
    wait_until(lambda: not is_alive(child))


def test_a_command_that_fails_shows_what_it_said() -> None:
    command = Command([sys.executable, "-c", "print('half'); raise SystemExit('no such table')"], os.environ)
    with pytest.raises(CommandFailed, match=r"(?s)failed with exit code 1:\nhalf\nno such table"):
        command.printed(within=30)


def test_a_command_that_runs_on_prints_nothing_yet() -> None:
    command = Command([sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
    assert command.printed(within=0.05) is None
    command.kill()
