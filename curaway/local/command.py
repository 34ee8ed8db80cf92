"""A command that runs to its end while somebody may still change their mind."""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from os import getpid

from curaway.local.errors import CommandFailed
from curaway.local.parent import end_with_parent


class Command:
    """Started at once, in a session of its own."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._process = subprocess.Popen(
            arguments,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, getpid()),
        )

    def printed(self, *, within: float) -> str | None:
        """Its output, or None while it still runs after `within` seconds; raises `CommandFailed`."""
        with suppress(subprocess.TimeoutExpired):
            output, complaints = self._process.communicate(timeout=within)
            if self._process.returncode != 0:
                raise CommandFailed(
                    command=" ".join(self._arguments[1:]),
                    code=self._process.returncode,
                    output=(output + complaints).strip(),
                )
            return output.strip("\n")
        return None

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()
