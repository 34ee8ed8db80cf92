"""Processes the bench starts: servers, clients, writers. All of them end with it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from curaway.local.parent import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
ANSWER_SECONDS = 240.0
"""Longer than anything that a program of ours is asked to do."""

_running: set[subprocess.Popen[bytes]] = set()


class ProgramDied(RuntimeError):
    """A process of the bench ended before its time; the text is the end of what it said."""


def spawn(command: Sequence[str | Path], *, log: Path, environ: Mapping[str, str], **options: Any) -> Any:
    """Start a program in a session of its own; what it says is added to `log`."""
    with log.open("ab") as said:
        options.setdefault("stdout", said)
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **environ},
            stderr=said,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, os.getpid()),
            **options,
        )
    _running.add(process)
    return process


def end(process: subprocess.Popen[bytes], *, within: float) -> None:
    """Ask the process to end, and end its whole session after `within` seconds."""
    process.terminate()
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    _running.discard(process)


def kill_all() -> None:
    """Kill every program that was started and has not been ended; whoever waits for one of them learns of it."""
    for process in list(_running):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def last_words(log: Path) -> str:
    """The last line of a log that says why something failed, shortened."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "Error" in line or "error" in line or "emerg" in line]
    return (telling or lines or ["(it said nothing)"])[-1][:160]


class Talking:
    """A program of ours that answers JSON lines with JSON lines."""

    def __init__(self, module: str, *arguments: str, log: Path, environ: Mapping[str, str], python: Path = PYTHON):
        self._log = log
        self._process = spawn(
            [python, "-m", module, *arguments],
            log=log,
            environ=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, **command: Any) -> dict[str, Any]:
        """Tell it and wait for its answer."""
        self.tell(**command)
        return self.answer()

    def tell(self, **command: Any) -> None:
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ProgramDied(last_words(self._log)) from None

    def answer(self) -> dict[str, Any]:
        """Its next answer; raises `ProgramDied` when there is none any more, or none comes."""
        if not select.select([self._process.stdout], [], [], ANSWER_SECONDS)[0]:
            raise ProgramDied(f"no answer within {ANSWER_SECONDS:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise ProgramDied(last_words(self._log))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # what it was told last
        end(self._process, within=3)
