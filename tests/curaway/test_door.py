"""What every request passes: a bounded body, a correlation id, and an answer to whatever is sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from curaway.api import api
from events import hub
from tests.people import People
from tests.servers import ThreadServer
from tests.waiting import wait_until

MADE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MEGABYTE = 1024 * 1024


class Raw:
    """An HTTP client that sends exactly these bytes."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=10)

    def send(self, *parts: bytes) -> Raw:
        self.socket.sendall(b"".join(parts))
        return self

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, read until the server closes."""
        got = b""
        while piece := self.socket.recv(65536):
            got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def raw(server: ThreadServer) -> Callable[[], Raw]:
    return lambda: Raw(server.url)


def request(line: bytes, *headers: str) -> bytes:
    return b"\r\n".join([line, b"Host: 127.0.0.1", b"Connection: close", *(h.encode() for h in headers), b"", b""])


def lines_of(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


class TestBody:
    @pytest.mark.parametrize("size", [MEGABYTE + 1, 5 * MEGABYTE])
    def test_one_larger_than_a_megabyte_is_refused(self, http: httpx.Client, size: int) -> None:
        answer = http.post("/api/v1/consent", content=b" " * size, headers={"X-Correlation-ID": "corr-large"})
        body = answer.json()
        assert (answer.status_code, body["errors"][0]["code"]) == (413, "PAYLOAD_TOO_LARGE_001")
        assert (body["data"], body["meta"]["request_id"]) == (None, "corr-large")
        assert answer.headers["X-Correlation-ID"] == "corr-large"

    def test_one_that_does_not_say_its_length_is_refused_as_well(self, http: httpx.Client) -> None:
        pieces = (b" " * 65536 for _ in range(20))
        assert http.post("/api/v1/consent", content=pieces).status_code == 413

    def test_a_megabyte_is_looked_at(self, http: httpx.Client, people: People) -> None:
        headers = people.patient_headers(people.patient())
        answer = http.post("/api/v1/consent", content=b" " * MEGABYTE, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "INTAKE_VALIDATION_001")

    def test_an_upload_may_be_larger_but_not_without_bound(self, http: httpx.Client) -> None:
        assert http.put("/uploads/forged", content=b" " * (2 * MEGABYTE)).status_code == 403
        refused = http.put("/uploads/forged", content=b" " * (21 * MEGABYTE + 1))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "UPLOAD_TOO_LARGE_001")

    def test_the_next_request_is_answered_as_if_nothing_had_been(self, http: httpx.Client) -> None:
        assert http.post("/api/v1/consent", content=b" " * (3 * MEGABYTE)).status_code == 413
        assert http.get("/health").status_code == 200


class TestCorrelationId:
    @pytest.mark.parametrize("given", ["corr-1", "a:b.c_D-9", "x" * 100])
    def test_a_well_formed_one_is_echoed(self, http: httpx.Client, given: str) -> None:
        answer = http.get("/api/v1/nothing", headers={"X-Correlation-ID": given})
        assert answer.headers["X-Correlation-ID"] == answer.json()["meta"]["request_id"] == given

    @pytest.mark.parametrize("given", ["", "x" * 101, "two words", "semi;colon", "<script>", "naïve"])
    def test_any_other_is_replaced(self, http: httpx.Client, given: str) -> None:
        answer = http.get("/api/v1/nothing", headers={"X-Correlation-ID": given.encode("latin-1")})
        made = answer.headers["X-Correlation-ID"]
        assert MADE.fullmatch(made)
        assert answer.json()["meta"]["request_id"] == made

    def test_without_one_each_request_gets_its_own(self, http: httpx.Client) -> None:
        made = {http.get("/health").headers["X-Correlation-ID"] for _ in range(3)}
        assert len(made) == 3

    @pytest.mark.parametrize(
        ("status", "method", "path"),
        [
            (200, "GET", "/health"),
            (200, "GET", "/ready"),
            (200, "GET", "/api/v1/openapi.json"),
            (200, "GET", "/api/v1/docs"),
            (200, "GET", "/admin/login/"),
            (302, "GET", "/admin/"),
            (401, "GET", "/api/v1/patients/p"),
            (401, "GET", "/api/v1/patients/p/events/stream"),
            (404, "GET", "/api/v1/nothing"),
            (404, "GET", "/nothing"),
            (405, "DELETE", "/api/v1/patients/p"),
            (403, "PUT", "/uploads/forged"),
            (401, "POST", "/webhooks/qstash/document-parse"),
            (405, "GET", "/webhooks/qstash/document-parse"),
        ],
    )
    def test_every_answer_carries_it(self, http: httpx.Client, status: int, method: str, path: str) -> None:
        answer = http.request(method, path, headers={"X-Correlation-ID": "corr-everywhere"})
        assert (answer.status_code, answer.headers["X-Correlation-ID"]) == (status, "corr-everywhere")

    def test_an_internal_error_carries_it(
        self, http: httpx.Client, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from patients import live

        monkeypatch.setattr(live, "snapshot_for", lambda *_: 1 / 0)
        patient = people.patient()
        headers = {**people.patient_headers(patient), "X-Correlation-ID": "corr-broken"}
        answer = http.get(f"/api/v1/patients/{patient.id}/summary", headers=headers)
        assert (answer.status_code, answer.headers["X-Correlation-ID"]) == (500, "corr-broken")
        assert answer.json()["meta"]["request_id"] == "corr-broken"

    def test_what_is_answered_later_carries_it(self, http: httpx.Client, people: People) -> None:
        patient = people.patient()
        headers = {**people.patient_headers(patient), "X-Correlation-ID": "corr-later"}
        answer = http.get(f"/api/v1/patients/{patient.id}/events?wait=0.1", headers=headers)
        assert answer.headers["X-Correlation-ID"] == answer.json()["meta"]["request_id"] == "corr-later"


class TestOddRequests:
    @pytest.mark.parametrize(
        "path",
        [
            b"/api/v1/patients/%00",
            b"/api/v1/patients/%ff%fe",
            b"/api/v1/patients/%C0%AF..%C0%AF",
            b"/api/v1/patients/%E2%80%AE/events?after=1",
            b"/api/v1/patients/p/events?after=%00",
            b"/api/v1/patients/p/events?%ff=%ff",
            b"/api/v1/../../etc/passwd",
            b"//api/v1/patients",
            b"/api/v1/patients/" + b"x" * 8000,
        ],
        ids=lambda path: path[:40].decode(),
    )
    def test_odd_bytes_in_the_address_are_refused_and_never_an_error_of_ours(
        self, raw: Callable[[], Raw], people: People, path: bytes
    ) -> None:
        headers = lines_of(people.patient_headers(people.patient()))
        status, said, _ = raw().send(request(b"GET " + path + b" HTTP/1.1", *headers)).answer()
        assert 400 <= status < 500
        assert said["x-correlation-id"]

    @pytest.mark.parametrize("target", [b"/health?\xff", b"/\xff", b"/a b", b"health"])
    def test_what_is_no_http_is_refused_by_the_server_itself(self, raw: Callable[[], Raw], target: bytes) -> None:
        status, _, body = raw().send(request(b"GET " + target + b" HTTP/1.1")).answer()
        assert (status, body) == (400, b"Invalid HTTP request received.")

    def test_http_1_0_is_answered_and_closed(self, raw: Callable[[], Raw]) -> None:
        status, _, body = raw().send(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").answer()
        assert (status, body) == (200, b'{"status": "ok"}')

    def test_http_1_0_may_follow_a_stream_whose_end_is_the_end_of_the_connection(
        self, raw: Callable[[], Raw], people: People
    ) -> None:
        patient = people.patient()
        head = [f"GET /api/v1/patients/{patient.id}/events/stream HTTP/1.0", "Host: 127.0.0.1"]
        lines = [*head, *lines_of(people.patient_headers(patient)), "", ""]
        status, headers, body = raw().send("\r\n".join(lines).encode()).answer()
        assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert b"event: connected\n" in body
        assert b"event: done\n" in body

    @pytest.mark.parametrize("path", ["/api/v1/patients/p", "/api/v1/nothing", "/admin/", "/health"])
    def test_a_host_that_is_not_ours_is_refused_in_the_envelope(self, http: httpx.Client, path: str) -> None:
        answer = http.get(path, headers={"Host": "evil.example", "X-Correlation-ID": "corr-host"})
        body = answer.json()
        assert (answer.status_code, body["data"], body["errors"][0]["code"]) == (400, None, "HOST_NOT_FOUND_001")
        assert body["meta"]["request_id"] == answer.headers["X-Correlation-ID"] == "corr-host"
        assert "evil" not in answer.text

    def test_a_client_that_hangs_up_in_the_middle_of_its_body_harms_nobody(
        self, raw: Callable[[], Raw], http: httpx.Client
    ) -> None:
        half = raw().send(b"POST /api/v1/consent HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        half.close()
        assert http.get("/health").status_code == 200

    def test_requests_on_one_connection_are_answered_one_after_the_other(self, raw: Callable[[], Raw]) -> None:
        first = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        status, _, body = raw().send(first, request(b"GET /api/v1/nothing HTTP/1.1")).answer()
        assert status == 200
        assert b"HTTP/1.1 404" in body


GETS = sorted(path for path, methods in api.get_openapi_schema()["paths"].items() if "get" in methods)
OTHERS = ["/health", "/ready", "/api/v1/docs", "/api/v1/openapi.json"]


class TestHead:
    @pytest.mark.parametrize("path", [*GETS, *OTHERS])
    def test_it_is_answered_as_get_is_without_the_body(self, http: httpx.Client, people: People, path: str) -> None:
        patient = people.patient()
        address = path.format(patient_id=patient.id, resource_type="Condition")
        headers = {**people.patient_headers(patient), "X-Correlation-ID": "corr-head"}
        asked = http.head(address, headers=headers)
        got = http.get(address, headers=headers)
        assert (asked.status_code, got.status_code, asked.content) == (200, 200, b"")
        same = ("Content-Type", "X-Correlation-ID", "Cache-Control")
        assert [asked.headers.get(name) for name in same] == [got.headers.get(name) for name in same]

    def test_it_is_refused_in_the_order_that_get_is(self, http: httpx.Client, people: People) -> None:
        mine, other = people.patient(), people.patient(quarantined=True)
        whole, others = people.patient_headers(mine), people.patient_headers(other)
        token = {"Authorization": whole["Authorization"]}
        path, closed = f"/api/v1/patients/{mine.id}/summary", f"/api/v1/patients/{other.id}/summary"
        asked = [(path, {}), (path, token), (path, {**token, "X-Tenant-ID": "t"}), (closed, whole), (closed, others)]
        answers = [http.head(address, headers=headers) for address, headers in asked]
        assert [answer.status_code for answer in answers] == [401, 400, 404, 404, 423]
        assert {answer.content for answer in answers} == {b""}

    def test_where_nothing_can_be_got_it_is_refused(self, http: httpx.Client) -> None:
        asked = http.head("/api/v1/consent")
        assert (asked.status_code, asked.content, asked.headers["Allow"]) == (405, b"", "POST")

    def test_it_is_named_where_another_method_is_refused(self, http: httpx.Client) -> None:
        assert http.delete("/api/v1/patients/p").headers["Allow"] == "GET, HEAD, PUT"


class TestLongPoll:
    def test_a_client_that_hangs_up_leaves_no_room_behind(self, raw: Callable[[], Raw], people: People) -> None:
        patient = people.patient()
        key = (patient.tenant_id, patient.id)
        waiting = raw().send(
            request(
                f"GET /api/v1/patients/{patient.id}/events?wait=25 HTTP/1.1".encode(),
                *lines_of(people.patient_headers(patient)),
            )
        )
        wait_until(lambda: key in hub.current().rooms)
        waiting.close()
        wait_until(lambda: key not in hub.current().rooms, seconds=3)


class TestProbes:
    def test_health_is_ok(self, http: httpx.Client) -> None:
        assert http.get("/health").json() == {"status": "ok"}

    def test_ready_says_what_it_looked_at(self, http: httpx.Client) -> None:
        answer = http.get("/ready")
        assert (answer.status_code, answer.json()) == (
            200,
            {
                "status": "ready",
                "checks": {"database": "ok", "migrations": "ok", "wakeups": "ok", "traffic": "ok"},
            },
        )

    @pytest.mark.timeout(60)
    def test_a_server_that_drains_is_alive_and_not_ready(self, people: People, process_server: Any) -> None:
        patient = people.patient()
        with process_server() as server:
            client = server.stream(people, patient, follow=True)
            client.connected()
            with httpx.Client(base_url=server.url) as probe:
                probe.get("/ready").raise_for_status()
                server.terminate()
                client.until_done()
                answer = probe.get("/ready")
                assert (answer.status_code, answer.json()["checks"]["traffic"]) == (503, "draining")
                assert answer.json()["status"] == "not ready"
                assert probe.get("/health").status_code == 200

    @pytest.mark.timeout(60)
    def test_a_long_poll_is_answered_when_the_server_drains(self, people: People, process_server: Any) -> None:
        patient = people.patient()
        path, headers = f"/api/v1/patients/{patient.id}/events", people.patient_headers(patient)
        with (
            process_server() as server,
            httpx.Client(base_url=server.url, timeout=30) as client,
            ThreadPoolExecutor(1) as pool,
        ):
            client.get(path, headers=headers).raise_for_status()
            waiting = pool.submit(client.get, f"{path}?wait=25", headers=headers)
            # Answered behind it: it waits now.
            client.get(f"{path}?wait=0.2", headers=headers).raise_for_status()
            server.terminate()
            answer = waiting.result(10)
        assert (answer.status_code, answer.json()["data"]["events"]) == (200, [])
