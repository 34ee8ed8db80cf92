"""Files of JSON lines: how each process of a run notes what it did and heard, so that a kill loses nothing said."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Notebook:
    """Writes a line at once, with the time (seconds since 1970)."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def note(self, **facts: Any) -> None:
        self._file.write(json.dumps({"at": round(time.time(), 4), **facts}, ensure_ascii=False) + "\n")


class Tail:
    """Reads what has been added to the notebooks of a folder since the last look."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder = folder
        self._pattern = pattern
        self._read: dict[Path, int] = {}

    def fresh(self) -> Iterator[dict[str, Any]]:
        """New whole lines; those of one file in their order."""
        for path in sorted(self._folder.glob(self._pattern)):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                *lines, rest = file.read().split(b"\n")
                self._read[path] = file.tell() - len(rest)
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def read(folder: Path, pattern: str) -> list[dict[str, Any]]:
    """Every whole line of the notebooks; a line that a kill has cut short was not said."""
    return list(Tail(folder, pattern).fresh())
