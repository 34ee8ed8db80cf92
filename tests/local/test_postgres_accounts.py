"""Whom the embedded Postgres runs as, and what that account can reach."""

import os
import pwd
import shutil
import tempfile
from pathlib import Path

import pytest

from curaway.local.errors import FolderRefused
from curaway.local.postgres import EmbeddedPostgres
from tests.local.users import SMALL, answer, run_holder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_somebody_else_than_root_runs_it_under_their_own_name() -> None:
    somebody = pwd.getpwnam("daemon")
    folder = Path(tempfile.mkdtemp(prefix="curaway-postgres-"))
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    finished = run_holder(folder / "data", somebody)
    assert finished.stdout.startswith("postgres://curaway:")
    assert (folder / "data" / "postgres").stat().st_uid == somebody.pw_uid
    assert not EmbeddedPostgres(folder / "data").is_running()
    shutil.rmtree(folder)


def test_a_folder_of_somebody_else_is_refused_in_a_sentence(data_dir: Path) -> None:
    closed = data_dir.with_name("closed")
    closed.mkdir(mode=0o700)
    finished = run_holder(closed, pwd.getpwnam("daemon"))
    assert FolderRefused.__name__ in finished.stderr
    assert "Choose another folder with DATA_DIR=" in finished.stderr


def test_root_keeps_the_database_elsewhere_when_its_account_cannot_reach_the_folder() -> None:
    home = Path(tempfile.mkdtemp(prefix="curaway-closed-"))
    postgres = EmbeddedPostgres(home / "data", settings=SMALL)
    with postgres.lease() as lease:
        assert answer(lease.url) == "curaway@curaway"
        assert postgres.notice is not None
        room = Path(postgres.notice.split()[-1])
        assert (room / "postgres" / "PG_VERSION").exists()
        assert home.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(home / "data")
    with EmbeddedPostgres(home / "data", settings=SMALL).lease() as afresh:
        assert answer(afresh.url) == "curaway@curaway"
    shutil.rmtree(room)
    shutil.rmtree(home)
