"""The reader's process is bounded, told no secret, and never left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from patients import confined
from patients.documents import leafing, slot
from patients.documents.faults import ReaderCrashed, TookTooLong
from patients.documents.reading import read_document
from tests.processes import is_alive
from tests.waiting import wait_until

DATA = Path(__file__).parents[2] / "data"
PDF = "application/pdf"
SAYS = """
import json, os, sys, time
def tell(**line):
    print(json.dumps(line), flush=True)
def page(text, confidence=None):
    tell(page={'text': text, 'confidence': confidence, 'method': 'text', 'fault': ''})
def look():
    if sys.argv[4] != 'look':
        tell(looks=True)
        sys.exit()
def said(text):
    tell(pages=1)
    page(text)
    tell(ok=True)
"""
SLEEPS = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"

StandIn = Callable[[str], None]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    """Puts a few lines of Python in the reader's place."""
    monkeypatch.setattr(slot, "slot_path", lambda: tmp_path / "slot.lock")
    return lambda code: monkeypatch.setattr(leafing, "READER", (sys.executable, "-c", code))


async def test_the_real_reader_is_gone_when_its_time_is_up() -> None:
    with pytest.raises(TookTooLong):
        await read_document(DATA / "scanned-knee-report.pdf", PDF, page_seconds=0.6)
    assert psutil.Process().children(recursive=True) == []


async def test_time_out_kills_what_the_reader_started(reader: StandIn, tmp_path: Path) -> None:
    reader("import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[2], sys.argv[1]]).wait()")
    with pytest.raises(TookTooLong):
        await read_document(tmp_path / "pid", SLEEPS, page_seconds=2)
    gone(int((tmp_path / "pid").read_text()))


async def test_a_cancelled_reading_leaves_no_process(reader: StandIn, tmp_path: Path) -> None:
    reader(SLEEPS)
    task = asyncio.create_task(read_document(tmp_path / "pid", PDF))
    pid = await asyncio.to_thread(written, tmp_path / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(pid)


async def test_cancelling_one_who_waits_frees_nothing_and_harms_nobody(reader: StandIn, tmp_path: Path) -> None:
    reader(SAYS + "open(sys.argv[1] + '/asked', 'w').write('x'); look(); said('read')")
    async with slot.reading_slot():
        waiting = asyncio.create_task(read_document(tmp_path, PDF))
        while not (tmp_path / "asked").exists():
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert (await read_document(tmp_path, PDF)).text == "read"


def test_the_reader_does_not_outlive_a_killed_server(tmp_path: Path) -> None:
    child = "import sys; from patients.documents.confinement import confine; confine(int(sys.argv[5]));" + SLEEPS
    server = (
        "import asyncio, sys; from pathlib import Path; from patients.documents import leafing, reading, slot;"
        "slot.slot_path = lambda: Path(sys.argv[2]); leafing.READER = (sys.executable, '-c', sys.argv[3]);"
        "asyncio.run(reading.read_document(Path(sys.argv[1]), 'application/pdf'))"
    )
    started = [sys.executable, "-c", server, str(tmp_path / "pid"), str(tmp_path / "slot"), child]
    with subprocess.Popen(started, cwd=DATA.parents[1]) as process:
        pid = written(tmp_path / "pid")
        process.send_signal(signal.SIGKILL)
    gone(pid)


async def test_the_reader_is_told_no_secret(reader: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/d")
    reader(SAYS + "said(json.dumps(dict(os.environ)))")
    told = json.loads((await read_document(tmp_path, PDF)).text)
    assert set(told) - {"LC_CTYPE"} == set(confined.ENVIRONMENT)


async def test_two_at_once_are_read_one_after_another(reader: StandIn, tmp_path: Path) -> None:
    note = "open(sys.argv[1], 'a').write('{}\\n');"
    reader(SAYS + "look();" + note.format("begin") + "time.sleep(0.2);" + note.format("end") + "said('x')")
    await asyncio.gather(*(read_document(tmp_path / "notes", PDF) for _ in range(3)))
    assert (tmp_path / "notes").read_text().split() == ["begin", "end"] * 3


async def test_waiting_for_ones_turn_is_not_reading_time(reader: StandIn, tmp_path: Path) -> None:
    reader(SAYS + "look(); said('in time')")
    async with slot.reading_slot():
        task = asyncio.create_task(read_document(tmp_path, PDF, page_seconds=3))
        await asyncio.sleep(3.1)
    assert (await task).text == "in time"


async def test_what_a_page_says_itself_waits_for_nobodys_pictures(reader: StandIn, tmp_path: Path) -> None:
    reader(SAYS + "said('its own text')")
    async with slot.reading_slot():
        assert (await read_document(tmp_path, PDF)).text == "its own text"


async def test_no_reader_lives_while_its_turn_is_waited_for(reader: StandIn, tmp_path: Path) -> None:
    first = "tell(pages=2); page('own') if sys.argv[3] == '0' else 0; open(sys.argv[1] + '/asked', 'w');"
    reader(SAYS + first + "look(); page('seen', 0.9); tell(ok=True)")
    async with slot.reading_slot():
        task = asyncio.create_task(read_document(tmp_path, PDF))
        while not (tmp_path / "asked").exists() or psutil.Process().children():
            await asyncio.sleep(0.01)
        assert not task.done()
    # Its first page is not read again.
    assert (await task).text == "own\fseen"


@pytest.mark.parametrize(
    "code",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "raise SystemExit(3)",
        "print('a library that prints')",
        "print('{\"ok\": true}')",
        "print('{\"pages\": 0}')",
        SAYS + "tell(pages=1); tell(ok=True)",
        SAYS + "tell(looks=True)",
        SAYS + "tell(pages=1); page('one'); page('two'); tell(ok=True)",
        SAYS + "page('one'); tell(pages=1); tell(ok=True)",
        'print(\'{"ok": false, "fault": "KeyError", "cause": ""}\')',
        "",
    ],
)
async def test_a_reader_that_dies_or_babbles_is_a_passing_fault(reader: StandIn, code: str, tmp_path: Path) -> None:
    reader(code)
    with pytest.raises(ReaderCrashed):
        await read_document(tmp_path, PDF)


async def test_a_long_answer_is_read_to_its_end(reader: StandIn, tmp_path: Path) -> None:
    reader(SAYS + "said('x' * 3_000_000)")
    assert (await read_document(tmp_path, PDF)).characters == 3_000_000


async def test_a_reader_cancelled_in_the_middle_of_a_long_answer_is_gone(reader: StandIn, tmp_path: Path) -> None:
    reader("import sys, time\nwhile True: time.sleep(0.01 + sys.stdout.write('x' * 1000) * 0)")
    with pytest.raises(TookTooLong):
        await read_document(tmp_path, PDF, page_seconds=0.5)
    assert psutil.Process().children(recursive=True) == []


async def test_a_line_without_end_is_not_waited_for(reader: StandIn, tmp_path: Path) -> None:
    reader("import sys\nwhile True: sys.stdout.write('x' * 100_000)")
    with pytest.raises(ReaderCrashed):
        await read_document(tmp_path, PDF)
    assert psutil.Process().children(recursive=True) == []


async def test_who_waits_too_long_for_their_turn_is_told(reader: StandIn, tmp_path: Path) -> None:
    reader(SAYS + "look(); said('never')")
    async with slot.reading_slot():
        with pytest.raises(slot.SlotTaken):
            await read_document(tmp_path, PDF, wait_seconds=0.2)


def test_a_reader_short_of_memory_says_so(tmp_path: Path) -> None:
    ask = [sys.executable, "-m", "patients.documents.reader", str(DATA / "blank-scan.png"), "image/png", "0", "look"]
    few = ["sh", "-c", 'ulimit -d 150000 && exec "$@"', "sh", *ask]
    answer = subprocess.run(few, capture_output=True, check=True, cwd=DATA.parents[1], env=confined.ENVIRONMENT)
    pages, refused = map(json.loads, answer.stdout.splitlines())
    assert (pages, refused["fault"]) == ({"pages": 1}, "ReaderCrashed")


def test_the_reader_bounds_itself() -> None:
    code = (
        "import os, resource; from patients.documents.confinement import confine; confine(os.getppid());"
        "print([resource.getrlimit(what)[0] for what in (resource.RLIMIT_CORE, resource.RLIMIT_CPU,"
        "resource.RLIMIT_DATA)], os.nice(0))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=DATA.parents[1], check=True)
    assert run.stdout == f"[0, 300, {1536 * 1024**2}] {os.nice(0) + 5}\n"


def written(path: Path) -> int:
    """The process id in the file, as soon as it is there."""
    return int(wait_until(lambda: path.exists() and path.read_text(), seconds=20))


def gone(pid: int) -> None:
    """The process has ended; who has to bury it is not its server."""
    wait_until(lambda: not is_alive(pid), seconds=5)
