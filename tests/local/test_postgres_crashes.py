"""The embedded Postgres after a crash, and when it cannot start."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from curaway.local.errors import PostgresFailed
from curaway.local.postgres import EmbeddedPostgres
from tests.local.users import SMALL, answer, url_of


def test_a_killed_server_comes_back_at_the_same_address(postgres: EmbeddedPostgres) -> None:
    with postgres.lease() as lease:
        with psycopg.connect(lease.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            connection.commit()
            postgres.kill()
        assert not postgres.is_running()
        with postgres.lease() as again, psycopg.connect(lease.url) as connection:
            assert again.url == lease.url
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_server_whose_only_user_was_killed_is_stopped(
    postgres: EmbeddedPostgres, holder: Callable[[], subprocess.Popen[str]]
) -> None:
    user = holder()
    assert answer(url_of(user)) == "curaway@curaway"
    user.kill()
    eventually(lambda: not postgres.is_running())


def test_a_server_without_user_and_keeper_is_adopted(
    postgres: EmbeddedPostgres, data_dir: Path, holder: Callable[[], subprocess.Popen[str]]
) -> None:
    user = holder()
    url = url_of(user)
    kill_keeper(data_dir)
    user.kill()
    user.wait()
    assert postgres.is_running()
    with postgres.lease() as lease:
        assert lease.url == url
    assert not postgres.is_running()


def test_a_pid_file_that_names_a_stranger_does_not_keep_it_from_starting(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    with postgres.lease():
        postgres.kill()
        pid_file = data_dir / "postgres" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
        with postgres.lease() as lease:
            assert answer(lease.url) == "curaway@curaway"


def test_half_a_cluster_is_made_again(data_dir: Path) -> None:
    interrupted = data_dir.with_name("interrupted")
    (interrupted / "postgres.new").mkdir(parents=True)
    (interrupted / "postgres.new" / "PG_VERSION").write_text("18")
    (interrupted / "postgres.password").write_text("of the attempt that was interrupted")
    with EmbeddedPostgres(interrupted, settings=SMALL).lease() as lease:
        assert answer(lease.url) == "curaway@curaway"


def test_a_server_that_cannot_start_says_why_and_where_its_log_is(data_dir: Path, postgres: EmbeddedPostgres) -> None:
    postgres.lease().release()
    with pytest.raises(PostgresFailed, match=r"(?s)not start.*postgres\.log ends with.*max_connections"):
        EmbeddedPostgres(data_dir, settings={"max_connections": "many"}).lease()


def test_data_without_its_password_is_not_thrown_away(data_dir: Path, postgres: EmbeddedPostgres) -> None:
    postgres.lease().release()
    password = data_dir / "postgres.password"
    kept = password.read_text()
    password.unlink()
    with pytest.raises(PostgresFailed, match="password file"):
        postgres.lease()
    password.write_text(kept)


def eventually(true: Callable[[], bool], *, within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def kill_keeper(data_dir: Path) -> None:
    keepers = subprocess.run(
        ["pgrep", "-f", f"curaway.local.keeper {data_dir}$"], capture_output=True, text=True, check=True
    )
    for pid in keepers.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
