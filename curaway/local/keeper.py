"""The process that outlives the last user of the embedded Postgres by a moment, and stops it.

A user that is killed gives nothing back itself. `python -m curaway.local.keeper <data folder>` returns once
the keeper runs in the background; beside a living keeper it does nothing.
"""

import os
import sys
from pathlib import Path

from curaway.local.postgres import EmbeddedPostgres


def main(data_dir: Path) -> None:
    """Take the keeper's lock, and leave it to a child in the background."""
    server = EmbeddedPostgres(data_dir)
    lock = server.keeper_lock()
    if lock.try_seize() and os.fork() == 0:
        server.keep(lock)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
