"""The local queue as the supervisor sees it: one per data folder, however many supervisors there are."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from curaway.local.keys import local_queue_settings, move_local_queue
from curaway.local.lock import FileLock
from curaway.local.port import answers, is_free
from curaway.local.program import Program


class LocalQueue:
    """Whoever has the lock runs the queue, the others use it; when that one ends, another takes over."""

    def __init__(self, data_dir: Path, *, say: Callable[[str], None]) -> None:
        self._data_dir = data_dir
        self._say = say
        self._program: Program | None = None
        self._lock = FileLock(data_dir / "queue.lock")
        self._ours = self._lock.try_seize()
        self.settings = local_queue_settings(data_dir)
        if self._ours and not is_free(self._port):
            self.settings = move_local_queue(data_dir)

    def tend(self, environ: Mapping[str, str]) -> None:
        """Start it or start it again, unless another supervisor does."""
        self._ours = self._ours or self._lock.try_seize()
        if self._ours:
            self._program = self._program or self._described(environ)
            self._program.tend()

    def answers(self) -> bool:
        return answers(self._port)

    def stop(self) -> None:
        """End our queue; what it has not delivered yet it delivers after its next start."""
        if self._program is not None:
            self._program.stop(within=5)
        self._lock.close()

    @property
    def _port(self) -> int:
        return urlsplit(self.settings["QSTASH_URL"]).port or 0

    def _described(self, environ: Mapping[str, str]) -> Program:
        where = ("--port", str(self._port), "--data-dir", str(self._data_dir))
        return Program("queue", ["-m", "curaway.local.qstash", *where], environ, say=self._say)
