"""Nothing that the bench waits for can keep it for ever: no program of its own, and no contender's socket."""

from __future__ import annotations

import socket
import threading

import pytest

from bench import children
from bench.bout import Bout, Failed
from bench.children import ProgramDied, Talking
from bench.contenders.contender import Contender
from bench.contenders.floor import Floor
from bench.contenders.nchan import Http


def test_a_program_that_does_not_answer_is_given_up(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(children, "ANSWER_SECONDS", 0.2)
    mute = Talking("tests.bench.mute", log=tmp_path / "mute.log", environ={})
    try:
        with pytest.raises(ProgramDied, match="no answer within"):
            mute.ask(do="tell")
    finally:
        mute.stop()


def test_a_server_that_hangs_up_is_an_error_and_no_empty_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
        with pytest.raises(ConnectionError):
            Http(server.getsockname()[1]).get("/")


@pytest.fixture
def floor(tmp_path) -> Contender:
    return Floor(None, tmp_path, 0)  # type: ignore[arg-type]


def test_who_could_not_hold_so_many_is_not_asked_again(floor: Contender) -> None:
    bout = Bout(floor)
    bout.too_many = (1000, "at 1,000: 397 streams opened")
    bout.refuse(999)
    with pytest.raises(Failed, match="not tried with 2,000; at 1,000: 397 streams opened"):
        bout.open(range(2000))


def test_nothing_is_started_when_the_run_is_over(floor: Contender) -> None:
    with pytest.raises(Failed, match="ended: it is late"):
        Bout(floor, too_late=lambda: "it is late").start()
