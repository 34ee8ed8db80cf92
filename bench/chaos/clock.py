"""A process whose wall clock can be moved while it runs, by a library that is preloaded into it (Linux, with a C
compiler)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("wallclock.c")


def clocks_move() -> bool:
    """Whether this machine can build the library."""
    return sys.platform == "linux" and shutil.which("cc") is not None


class Clock:
    """The wall clock of one process, by name; monotonic time goes on as it does."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = folder / f"clock-{name}"
        self._library = _built(folder) if clocks_move() else None
        self.move(0)

    def move(self, seconds: int) -> None:
        """Let it be `seconds` ahead (or, negative, behind)."""
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{seconds}\n")
        # Renamed as a whole: the process must not read half of it.
        draft.replace(self._file)

    @property
    def environ(self) -> dict[str, str]:
        """What the process has to be started with."""
        if self._library is None:
            return {}
        return {"LD_PRELOAD": str(self._library), "WALLCLOCK_FILE": str(self._file)}


def _built(folder: Path) -> Path:
    library = folder / "wallclock.so"
    if not library.exists():
        command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True)
    return library
