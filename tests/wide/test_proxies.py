"""Through nginx and Caddy as docs/deploy configures them, over HTTP/1.1 and HTTP/2: every frame at once, to the end."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import httpx
import pytest

from tests.servers import ProcessServer
from tests.wide.conftest import client_of, record_elsewhere
from tests.wide.following import follow, leave
from tests.wide.proxies import Nginx

AT_ONCE = 1.5
"""Seconds for a frame's way on a busy machine; what is buffered comes with the next one, or never."""


async def test_frames_arrive_one_by_one_as_they_are_recorded(proxy, version, patient, headers):
    async with client_of(proxy, version) as client, follow(client, patient, headers) as stream:
        assert stream.response.http_version == version
        for number in range(1, 6):
            began = time.monotonic()
            await record_elsewhere(patient)
            assert (await stream.next()).position == number
            assert time.monotonic() - began < AT_ONCE


async def test_heartbeats_pass_when_nothing_else_does(proxy, version, patient, headers):
    async with client_of(proxy, version) as client, follow(client, patient, headers) as stream:
        came = []
        for _ in range(4):
            await stream.heartbeat(3)
            came.append(time.monotonic())
    gaps = [later - earlier for earlier, later in pairwise(came[1:])]
    assert all(0.5 < gap < 2 for gap in gaps), gaps


async def test_a_stream_is_not_compressed_and_other_answers_are(proxy, version, patient, headers):
    asks = {**headers, "Accept-Encoding": "gzip, br"}
    async with client_of(proxy, version) as client:
        async with follow(client, patient, asks) as stream:
            head = stream.response.headers
            assert head["Content-Type"] == "text/event-stream; charset=utf-8"
            assert head["Cache-Control"] == "no-cache, no-transform"
            assert head.get("Content-Encoding", "identity") == "identity"
            assert "Content-Length" not in head
        assert (await client.get("/api/v1/openapi.json", headers=asks)).headers["Content-Encoding"] == "gzip"


async def test_who_leaves_makes_room_for_another(narrow, version, patient, headers):
    path = f"/api/v1/patients/{patient.id}/events/stream"
    async with client_of(narrow, version) as client:
        async with follow(client, patient, headers) as stream:
            refused = await client.get(path, headers=headers)
            assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (503, "capacity")
            await leave(client, stream)
        async with asyncio.timeout(10):
            while not await opens(client, path, headers):
                await asyncio.sleep(0.1)


async def opens(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    async with client.stream("GET", path, headers=headers) as response:
        return response.status_code == 200


async def test_a_refusal_passes_as_it_is(proxy, version, patient, headers):
    path = f"/api/v1/patients/{patient.id}/events/stream"
    async with client_of(proxy, version) as client:
        unknown = await client.get(path)
        assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (401, "AUTH_HEADER_MISSING_001")


async def test_an_upload_of_twenty_megabytes_reaches_the_application(proxy, version):
    async with client_of(proxy, version) as client:
        answer = await client.put("/uploads/doc_unknown", content=b"x" * 20 * 1024 * 1024)
    assert answer.headers["X-Correlation-ID"]
    assert answer.status_code in (403, 404)


@pytest.mark.needs("nginx")
@pytest.mark.timeout(180)
async def test_a_stream_that_a_draining_process_refuses_is_opened_by_another(
    patient, headers, people, module_database_url, certificate
):
    made = [ProcessServer(database=module_database_url) for _ in range(2)]
    with made[0] as leaving, made[1] as staying, Nginx([leaving.url, staying.url], certificate) as nginx:
        holding = leaving.stream(people, patient, follow=True)
        holding.connected()
        leaving.terminate()
        holding.until_done(seconds=9)
        refused = httpx.get(f"{leaving.url}/api/v1/patients/{patient.id}/events/stream", headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (503, "draining")
        async with client_of(nginx, "HTTP/2") as client:
            for _ in range(4):
                async with follow(client, patient, headers):
                    pass
            leaving.process.wait(15)
            for _ in range(4):
                async with follow(client, patient, headers):
                    pass
