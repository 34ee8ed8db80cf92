"""A process of the run: started, killed, paused, replaced, and noticed when it ends by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.children import PYTHON, end, last_words, spawn

LEAVING_SECONDS = 12.0


class Child:
    """One program, by the name that faults call it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environ: Callable[[], Mapping[str, str]] = dict,
        told: bool = False,
    ) -> None:
        """`command`: arguments of this project's Python, or a program's path and its own. `environ` is asked at every
        start. `told`: it takes commands on its standard input."""
        self.name = name
        self._command = [PYTHON, *command] if command[0] == "-m" else [*command]
        self._log = log
        self._environ = environ
        self._options: dict[str, Any] = {"stdin": subprocess.PIPE if told else subprocess.DEVNULL}
        self._process: subprocess.Popen[bytes] | None = None
        self.wanted = False
        """Whether it should be running now."""

    def start(self) -> None:
        self._process = spawn(self._command, log=self._log, environ=self._environ(), **self._options)
        self.wanted = True

    def kill(self) -> None:
        """As kill -9 does: it alone, not what it has started."""
        self._signal(signal.SIGKILL)
        self.wanted = False
        if self._process is not None:
            self._process.wait()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def leave(self) -> None:
        """Ask it to go, politely, and do not wait."""
        self.wanted = False
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it, whatever state it is in."""
        self.wanted = False
        if self._process is not None:
            self.resume()
            end(self._process, within=LEAVING_SECONDS)

    def tell(self, **command: Any) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()

    def ended_by_itself(self) -> str:
        """Why, when it should be running and is not; empty when all is well."""
        if not self.wanted or self._process is None or self._process.poll() is None:
            return ""
        return f"{self.name} ended by itself with {self._process.returncode}: {last_words(self._log)}"

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
