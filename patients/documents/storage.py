"""Where the bytes of documents lie: on this machine's disk, one file per document, or in a bucket."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from django.conf import settings

from patients.documents import upload_url

CHUNK = 64 * 1024
PIECE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
"""What a piece of a storage key may be: no separators, and never `.` or `..`."""


class TooManyBytes(Exception):
    """More bytes came than were announced; nothing was kept."""


class StorageUnavailable(Exception):
    """The storage could not be reached; the same may work later."""


class Target(NamedTuple):
    """Where bytes are to be put, and with which headers."""

    url: str
    headers: dict[str, str]


class Found(NamedTuple):
    """What lies under a key: how many bytes, and the first of them."""

    size: int
    head: bytes


class Storage(Protocol):
    """What the rest of the project needs of where documents lie."""

    is_remote: bool
    """Whether asking it goes over the network, and so must not be done inside a transaction."""

    def target(self, permission: upload_url.Permission) -> Target:
        """Where a client puts the bytes that it may put."""

    def look(self, key: str, length: int) -> Found | None:
        """What was put there, with its first `length` bytes; None when nothing was. `StorageUnavailable`."""

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """The bytes as a file of this machine, for as long as the `with` lasts.

        Raises FileNotFoundError when nothing was put there, and `StorageUnavailable`.
        """

    def delete(self, key: str) -> None:
        """Delete the bytes, for good; where there are none nothing happens. Raises `StorageUnavailable`, OSError."""


class Draft(NamedTuple):
    """Bytes that arrived and are not in their place yet."""

    path: Path
    size: int
    digest: str


class LocalStorage:
    """Files under one folder, named by storage key `tenant/patient/document`."""

    is_remote = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def target(self, permission: upload_url.Permission) -> Target:
        """This server's own signed address."""
        return Target(upload_url.upload_url(permission), {"Content-Type": permission.content_type})

    def look(self, key: str, length: int) -> Found | None:
        """How many bytes there are, and the first ones; None when nothing was put there."""
        size = self.size(key)
        return None if size is None else Found(size, self.head(key, length))

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """The file itself."""
        path = self.path(key)
        if not path.is_file():
            raise FileNotFoundError
        yield path

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

    def delete(self, key: str) -> None:
        """Delete the file, and what is left of a draft beside it that a crash left."""
        place = self.path(key)
        for draft in place.parent.glob(f".{place.name}.*"):
            draft.unlink(missing_ok=True)
        place.unlink(missing_ok=True)

    def path(self, key: str) -> Path:
        """The file of a key; raises ValueError for one that could leave the folder."""
        return self._folder.joinpath(*checked(key).split("/"))


def checked(key: str) -> str:
    """The key; raises ValueError when it is none."""
    pieces = key.split("/")
    if len(pieces) != 3 or not all(PIECE.fullmatch(piece) for piece in pieces):
        raise ValueError("not a storage key")
    return key


def storage() -> Storage:
    """This installation's storage: the bucket of the settings, else `DATA_DIR/uploads`."""
    if not settings.ENVIRONMENT.S3_BUCKET:
        return local_storage()
    # Loaded only where it is used: the vendor's library is large.
    from patients.documents.storage_s3 import S3Storage

    return S3Storage.of(settings.ENVIRONMENT)


def local_storage() -> LocalStorage:
    """The folder `DATA_DIR/uploads`."""
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
