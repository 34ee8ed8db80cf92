"""Locks between processes, held on files: the kernel drops them with their holder, however it ended."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """One holder's grip on a lock file; opening it takes nothing yet."""

    def __init__(self, path: Path) -> None:
        # Not inheritable: a program we start must not keep our lock alive after we are gone.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Hold it together with others; waits for an exclusive holder to let go."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def seize(self) -> None:
        """Hold it alone; waits until everybody else has let go."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def try_seize(self) -> bool:
        """Hold it alone if that is possible now. A share we held is lost when it is not."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def free(self) -> None:
        """Let go, and keep the file open."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go for good. In a forked child this leaves the parent's grip as it is."""
        os.close(self._file)


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Run the block while no other process runs one under the same path."""
    lock = FileLock(path)
    try:
        lock.seize()
        yield
    finally:
        lock.close()
