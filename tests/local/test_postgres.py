"""The embedded Postgres on a real machine: started, shared, and gone when nobody needs it."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from curaway.local.errors import PortTaken
from curaway.local.port import free_port
from curaway.local.postgres import EmbeddedPostgres
from tests.local.users import answer, url_of


def test_a_lease_gives_a_database_of_our_own(postgres: EmbeddedPostgres) -> None:
    with postgres.lease() as lease:
        assert answer(lease.url) == "curaway@curaway"
        assert urlsplit(lease.url).hostname == "127.0.0.1"


def test_settings_reach_the_server(postgres: EmbeddedPostgres) -> None:
    with postgres.lease() as lease, psycopg.connect(lease.url) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("20",)


def test_a_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    with postgres.lease() as lease, pytest.raises(psycopg.OperationalError, match="password authentication"):
        psycopg.connect(f"postgres://curaway:guess@127.0.0.1:{urlsplit(lease.url).port}/curaway")


def test_only_the_owner_can_read_the_password(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    with postgres.lease():
        assert (data_dir / "postgres.password").stat().st_mode & 0o777 == 0o600


def test_three_starters_at_once_share_one_server(holder: Callable[[], subprocess.Popen[str]]) -> None:
    starters = [holder() for _ in range(3)]
    urls = {url_of(starter) for starter in starters}
    assert len(urls) == 1
    assert answer(urls.pop()) == "curaway@curaway"


def test_the_server_stays_until_the_last_lease_is_given_back(postgres: EmbeddedPostgres) -> None:
    first, second = postgres.lease(), postgres.lease()
    first.release()
    assert answer(second.url) == "curaway@curaway"
    second.release()
    assert not postgres.is_running()


def test_releasing_twice_takes_nobody_elses_lease(postgres: EmbeddedPostgres) -> None:
    first, second = postgres.lease(), postgres.lease()
    first.release()
    first.release()
    assert postgres.is_running()
    second.release()


def test_what_was_written_is_there_after_a_restart(postgres: EmbeddedPostgres) -> None:
    with postgres.lease() as lease, psycopg.connect(lease.url) as connection:
        connection.execute("CREATE TABLE written AS SELECT 42 AS answer")
    with postgres.lease() as lease, psycopg.connect(lease.url) as connection:
        assert connection.execute("SELECT answer FROM written").fetchone() == (42,)


def test_a_port_that_was_asked_for_and_is_taken_is_named(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} is in use by another program"):
            EmbeddedPostgres(data_dir, port=port).lease()


def test_it_moves_when_a_stranger_took_its_port_while_nobody_used_it(postgres: EmbeddedPostgres) -> None:
    with postgres.lease() as before:
        port = urlsplit(before.url).port or 0
    with socket.create_server(("127.0.0.1", port)), postgres.lease() as after:
        assert urlsplit(after.url).port != port
        assert answer(after.url) == "curaway@curaway"


def test_a_free_port_is_the_same_every_time(data_dir: Path) -> None:
    assert free_port(data_dir, "queue") == free_port(data_dir, "queue")
    assert free_port(data_dir, "queue") != free_port(data_dir, "postgres")
