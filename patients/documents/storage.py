"""Where the bytes of documents lie: on this machine's disk, one file per document."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings

CHUNK = 64 * 1024
PIECE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
"""What a piece of a storage key may be: no separators, and never `.` or `..`."""


class TooManyBytes(Exception):
    """More bytes came than were announced; nothing was kept."""


class Draft(NamedTuple):
    """Bytes that arrived and are not in their place yet."""

    path: Path
    size: int
    digest: str


class LocalStorage:
    """Files under one folder, named by storage key `tenant/patient/document`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def draft(self, key: str, source: BinaryIO, *, limit: int) -> Iterator[Draft]:
        """Take `source` in beside its place, at most `limit` bytes; gone afterwards unless `put` was called."""
        place = self.path(key)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        arriving = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
        try:
            yield _received(source, arriving, limit)
        finally:
            arriving.unlink(missing_ok=True)

    def put(self, key: str, draft: Draft) -> None:
        """Move the draft to its place as a whole: a reader never sees half of it."""
        draft.path.replace(self.path(key))

    def open(self, key: str) -> BinaryIO:
        """The bytes; raises FileNotFoundError when nothing was put there."""
        return self.path(key).open("rb")

    def size(self, key: str) -> int | None:
        """How many bytes there are; None when nothing was put there."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return None

    def head(self, key: str, length: int) -> bytes:
        """The first bytes; raises FileNotFoundError when nothing was put there."""
        with self.open(key) as file:
            return file.read(length)

    def path(self, key: str) -> Path:
        """The file of a key; raises ValueError for one that could leave the folder."""
        pieces = key.split("/")
        if len(pieces) != 3 or not all(PIECE.fullmatch(piece) for piece in pieces):
            raise ValueError("not a storage key")
        return self._folder.joinpath(*pieces)


def storage() -> LocalStorage:
    """This installation's storage: `DATA_DIR/uploads`."""
    return LocalStorage(settings.ENVIRONMENT.data_dir / "uploads")


def _received(source: BinaryIO, path: Path, limit: int) -> Draft:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooManyBytes
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Draft(path, size, digest.hexdigest())
