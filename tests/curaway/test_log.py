"""What the logs say: enough to find a fault, nothing about a person."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection

from curaway import context, log
from events import hub
from events.testing import StreamClient
from tests.doubles import ClerkDouble
from tests.facts import record
from tests.servers import ROOT, ProcessServer
from tests.waiting import wait_until

PERSONAL = "Maria Lopez has osteoarthritis"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What this process logs, as it would in production."""
    log.configure(level="INFO", as_text=False)
    (handler,) = logging.getLogger().handlers
    handler.setStream(said := io.StringIO())
    yield said
    log.configure(level=settings.ENVIRONMENT.LOG_LEVEL, as_text=settings.ENVIRONMENT.DEBUG)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


class TestLines:
    def test_a_line_is_json_with_its_level_its_time_and_the_correlation_id(self, written):
        with context.serving(context.RequestContext(correlation_id="corr-7")):
            log.get("test").info("stream_opened", streams=3)
        (line,) = lines(written)
        assert line.pop("timestamp").endswith("Z")
        assert line == {"event": "stream_opened", "streams": 3, "level": "info", "correlation_id": "corr-7"}

    def test_a_library_that_logs_in_its_own_way_is_in_the_same_format(self, written):
        with context.serving(context.RequestContext(correlation_id="corr-8")):
            logging.getLogger("some.library").warning("took %d s", 3)
        (line,) = lines(written)
        assert (line["event"], line["level"], line["correlation_id"]) == ("took 3 s", "warning", "corr-8")

    def test_a_warning_of_python_is_a_line_too(self):
        program = (
            "import warnings\n"
            "from curaway import log\n"
            "log.configure(level='INFO', as_text=False)\n"
            "warnings.warn('old')\n"
        )
        said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        line = json.loads(said.stderr)
        assert (line["level"], line["correlation_id"], "old" in line["event"]) == ("warning", None, True)

    def test_outside_of_a_request_there_is_no_correlation_id(self, written):
        log.get("test").info("started")
        assert lines(written)[0]["correlation_id"] is None

    def test_a_line_stays_one_line(self, written):
        logging.getLogger("some.library").warning("first\nsecond\r\nthird")
        assert len(lines(written)) == 1

    @pytest.mark.parametrize(
        "name", ["httpx", "httpcore.connection", "django.request", "uvicorn.access", "posthog", "flagsmith"]
    )
    def test_loggers_that_repeat_addresses_say_nothing(self, written, name):
        logging.getLogger(name).info(PERSONAL)
        assert lines(written) == []


class TestExceptions:
    def test_an_exception_is_logged_by_its_type_and_place_without_its_message(self, written):
        try:
            raise ValueError(PERSONAL)
        except ValueError:
            log.get("test").exception("failed")
        (line,) = lines(written)
        assert (line["error"], line["level"]) == ("ValueError", "error")
        assert line["at"][-1].endswith(" test_an_exception_is_logged_by_its_type_and_place_without_its_message")
        assert PERSONAL not in written.getvalue()

    def test_nor_is_the_message_of_its_cause(self, written):
        try:
            try:
                raise ValueError(PERSONAL)
            except ValueError as cause:
                raise RuntimeError("while reading " + PERSONAL) from cause
        except RuntimeError as caught:
            log.get("test").error("failed", exc_info=caught)
        assert lines(written)[0]["error"] == "RuntimeError"
        assert "Maria" not in written.getvalue()

    def test_the_same_holds_for_libraries(self, written):
        try:
            raise KeyError(PERSONAL)
        except KeyError:
            logging.getLogger("some.library").exception("lost")
        assert lines(written)[0]["error"] == "KeyError"
        assert PERSONAL not in written.getvalue()


UNCAUGHT = f"""
import asyncio, gc, threading
from curaway import log
from curaway.uncaught import log_uncaught

def fail(*_):
    raise ValueError("{PERSONAL}")

class Ending:
    def __del__(self):
        fail()

async def die():
    fail()

async def main():
    log_uncaught()
    task = asyncio.create_task(die())
    asyncio.get_running_loop().call_soon(fail, "{PERSONAL}")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    told = {{"message": "Task was destroyed but it is pending!", "task": asyncio.current_task()}}
    asyncio.get_running_loop().call_exception_handler(told)

log.configure(level="INFO", as_text=False)
asyncio.run(main())
thread = threading.Thread(target=fail, name="{PERSONAL}")
thread.start()
thread.join()
Ending()
fail()
"""


class TestUncaught:
    def test_what_nobody_caught_is_logged_by_its_type_and_place_too(self):
        said = subprocess.run([sys.executable, "-c", UNCAUGHT], cwd=ROOT, capture_output=True, text=True).stderr
        assert "Maria" not in said
        logged = [json.loads(line) for line in said.splitlines()]
        pending = logged.pop(2)
        assert (pending["what"], pending["task"]) == ("Task was destroyed but it is pending!", "main")
        assert [line["event"] for line in logged] == [
            "uncaught_in_loop",
            "uncaught_in_loop",
            "uncaught_in_thread",
            "uncaught_in_end",
            "uncaught_in_process",
        ]
        assert {line["error"] for line in logged} == {"ValueError"}
        assert all(line["at"][-1].endswith(" fail") for line in logged)

    def test_a_server_does_so(self, server, written):
        def fail(_: str) -> None:
            raise ValueError(PERSONAL)

        loop = hub.current()._tasks[0].get_loop()
        loop.call_soon_threadsafe(fail, PERSONAL)
        wait_until(lambda: "uncaught_in_loop" in written.getvalue())
        assert lines(written)[-1]["error"] == "ValueError"
        assert "Maria" not in written.getvalue()


class Production:
    """What a server needs to run with DEBUG off, and tokens it accepts."""

    def __init__(self) -> None:
        self.clerk = ClerkDouble()
        self.environment = {
            "DEBUG": "off",
            "LOG_LEVEL": "INFO",
            "SECRET_KEY": "k" * 50,
            "ALLOWED_HOSTS": "127.0.0.1",
            "CLERK_JWT_KEY": self.clerk.pem,
            "CLERK_ISSUER": self.clerk.issuer,
            "CLERK_AUTHORIZED_PARTIES": "https://app.curaway.ai",
            "QSTASH_URL": "http://127.0.0.1:9",
            "QSTASH_TOKEN": "token-of-this-test",
            "PHI_MASTER_KEYS": b64encode(bytes(range(32))).decode(),
            "QSTASH_CURRENT_SIGNING_KEY": "sig_of_this_test",
            "PUBLIC_BASE_URL": "http://127.0.0.1:9",
        }

    def headers(self, patient: Any) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.clerk.token(sub=patient.subject)}",
            "X-Tenant-ID": patient.tenant_id,
            "X-Correlation-ID": f"corr-{patient.id}",
        }


@pytest.fixture
def quoting_trigger(people) -> Iterator[Any]:
    """A patient whose row the database refuses to change, quoting what was to be written."""
    patient = people.patient()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_and_quote() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'refused: % %', NEW.first_name, NEW.email; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER quote BEFORE UPDATE ON patients_patient FOR EACH ROW "
            f"WHEN (NEW.id = '{patient.id}') EXECUTE FUNCTION refuse_and_quote()"
        )
    yield patient
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER quote ON patients_patient")
        cursor.execute("DROP FUNCTION refuse_and_quote()")


@pytest.mark.timeout(60)
def test_a_server_in_production_logs_a_fault_so_that_it_is_found_and_nobody_is_named(
    process_server, people, quoting_trigger, capfd
):
    production, patient = Production(), quoting_trigger
    headers = production.headers(patient)
    with process_server(**production.environment) as server:
        failed = httpx.put(
            f"{server.url}/api/v1/patients/{patient.id}?note=query-of-maria",
            headers=headers,
            json={"first_name": "Mariana", "email": "mariana@example.org"},
        )
        assert (failed.status_code, failed.json()["errors"][0]["code"]) == (500, "INTERNAL_001")
        _do_ordinary_things(server, patient, headers)
        server.terminate()
        server.process.wait(15)
    said = capfd.readouterr().err
    logged = [json.loads(line) for line in said.splitlines()]
    assert all("correlation_id" in line for line in logged)
    (fault,) = (line for line in logged if line["event"] == "request_failed")
    assert (fault["correlation_id"], fault["level"]) == (headers["X-Correlation-ID"], "error")
    assert fault["error"] == "ProgrammingError"
    assert any("patients/" in place for place in fault["at"])
    token = headers["Authorization"].removeprefix("Bearer ")
    personal = ("ariana", "query-of-maria", "knee-of-maria", "upload-secret", "Test Person", token)
    assert [word for word in personal if word in said] == []


def _do_ordinary_things(server: ProcessServer, patient: Any, headers: dict[str, str]) -> None:
    """A stream with an event, a refusal, a forged upload, an unsigned callback, something that is not there."""
    client = StreamClient(server.url, patient, headers, follow="true")
    client.connected()
    record(patient, "knee-of-maria.pdf")
    client.next()
    client.close()
    asked = [
        httpx.post(f"{server.url}/api/v1/consent", headers=headers, content=b'{"purpose": "query-of-maria'),
        httpx.put(f"{server.url}/uploads/upload-secret", content=b"knee-of-maria"),
        httpx.post(f"{server.url}/webhooks/qstash/notification", content=b"query-of-maria"),
        httpx.get(f"{server.url}/api/v1/query-of-maria"),
    ]
    assert [answer.status_code for answer in asked] == [422, 403, 401, 404]
    wait_until(server.is_ready)
