"""A child program that is kept alive."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from curaway.local.errors import ProgramGaveUp
from curaway.local.parent import end_with_parent

_QUICK_SECONDS: Final = 10.0
_QUICK_DEATHS: Final = 5


class Program:
    """Runs `python <arguments>` in a session of its own, so that Ctrl-C reaches only the supervisor."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._arguments = arguments
        self._environ = environ
        self._say = say
        self._clock = clock
        self._quick_deaths = 0
        self._started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def tend(self) -> None:
        """Start it, or start it again if it has ended; raises `ProgramGaveUp` when that keeps happening."""
        code = None if self._process is None else self._process.poll()
        if self._process is not None and code is None:
            return
        if code is not None:
            self._count_death(code)
            self._say(f"The {self._name} ended with exit code {code}; starting it again.")
        self._start()

    def stop(self, *, within: float) -> None:
        """Ask it to end, and end it and all it has started after `within` seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=within)
        # Its own children may have stayed behind in its session.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _start(self) -> None:
        self._started_at = self._clock()
        self._process = subprocess.Popen(
            [sys.executable, *self._arguments],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, os.getpid()),
        )

    def _count_death(self, code: int) -> None:
        quick = self._clock() - self._started_at < _QUICK_SECONDS
        self._quick_deaths = self._quick_deaths + 1 if quick else 1
        if self._quick_deaths >= _QUICK_DEATHS:
            raise ProgramGaveUp(name=self._name, times=self._quick_deaths, code=code)
