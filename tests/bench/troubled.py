"""Contenders that come to grief in a flood: one dies, one is never done; else they are the floor."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from bench.children import Talking
from bench.contenders.floor import Floor, Writer

__all__ = ["Dying", "Hanging", "Writer"]


class Troubled(Floor):
    def command(self) -> Sequence[str | Path]:
        return self.uvicorn("bench.contenders.floor:application", "--factory")


class Dying(Troubled):
    name = "dying"
    about = "killed in the middle of a flood; who comes back it does not know"

    def flood(self, *, patients: int, first_nonce: int) -> float:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        return super().flood(patients=patients, first_nonce=first_nonce)

    def positions(self, patients: int) -> list[str]:
        raise LookupError("nobody is\nknown")


class Hanging(Troubled):
    name = "hanging"
    about = "its writers never answer"

    def tell(self, *, patients: int) -> None:
        Talking("tests.bench.mute", log=self.log, environ={}).ask(do="tell")
