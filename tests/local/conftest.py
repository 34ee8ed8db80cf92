"""A data folder, the Postgres in it, and other processes that use it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curaway.local.postgres import CHECKOUT, EmbeddedPostgres
from tests.local.users import HOLDER, SMALL


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """One cluster for all tests here: each test leaves it stopped."""
    # Not tmp_path: its parents are closed to the account that stands in for root.
    folder = Path(tempfile.mkdtemp(prefix="curaway-postgres-"))
    folder.chmod(0o755)
    yield folder / "data"
    EmbeddedPostgres(folder / "data").kill()
    shutil.rmtree(folder)


@pytest.fixture
def postgres(data_dir: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data_dir, settings=SMALL)


@pytest.fixture
def holder(data_dir: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts another process that takes a lease, and holds it until its input ends."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", HOLDER, str(data_dir)],
                cwd=CHECKOUT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.communicate()
