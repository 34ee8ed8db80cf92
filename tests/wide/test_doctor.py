"""`manage.py doctor` against real installations: well ones, and ones that suffer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest

from bench.ports import free_port
from curaway.doctor.finding import State
from curaway.doctor.server import callbacks
from tests.servers import ROOT, ProcessServer
from tests.wide.conftest import PROXIES
from tests.wide.pgbouncer import PgBouncer
from tests.wide.proxies import NAME, Caddy, Nginx
from tests.wide.queue import QSTASH


@pytest.fixture(scope="module")
def environment(queue, module_database_url):
    """What server and doctor are started with."""
    return {
        **QSTASH,
        "QSTASH_URL": queue.url,
        "DATABASE_URL": module_database_url,
        "SSE_HEARTBEAT_SECONDS": "1",
        "ALLOWED_HOSTS": f"localhost,127.0.0.1,{NAME}",
    }


@pytest.fixture(scope="module")
def server(environment, module_database_url):
    with ProcessServer(database=module_database_url, **environment) as running:
        yield running


def examined(environment, server, *arguments, **more):
    """Exit code, and state and words by check."""
    given = {**os.environ, **environment, "PORT": str(server.port), "PUBLIC_BASE_URL": server.url, **more}
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json", *arguments],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.stdout, ended.stderr
    said = json.loads(ended.stdout)
    assert said["ok"] is (ended.returncode == 0)
    return ended.returncode, {one["check"]: (one["state"], one["says"], one["do"]) for one in said["findings"]}


@pytest.mark.timeout(120)
def test_a_server_that_is_well_is_well_in_every_point(environment, server, people):
    patient = people.patient()
    code, found = examined(environment, server, "--patient", patient.id, "--direct", server.url)
    assert {check: state for check, (state, *_) in found.items() if state != "ok"} == {}
    assert code == 0
    assert list(found) == [
        "mode",
        "session keys",
        "authorized parties",
        "callback keys",
        "flag",
        "database",
        "migrations",
        "vocabulary",
        "connections",
        "pooler",
        "master keys",
        "database clock",
        "wake-ups",
        "readiness",
        "server clock",
        "proxy clock",
        "callbacks",
        *(f"{name} {what}" for name in ("stream", "direct stream") for what in OF_A_STREAM),
    ]
    assert found["stream opens"][1].endswith("straight from the server")


OF_A_STREAM = ("opens", "version", "compression", "buffering", "heartbeats", "cut")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", PROXIES)
def test_through_the_documented_proxies_all_is_well(environment, server, people, certificate, kind):
    with kind([server.url], certificate) as proxy:
        trusted = {"SSL_CERT_FILE": str(certificate.chain)}
        arguments = ("--url", proxy.url, "--patient", people.patient().id)
        code, found = examined(environment, server, *arguments, **trusted)
    assert {check: finding for check, finding in found.items() if finding[0] != "ok"} == {}
    assert code == 0
    assert kind.name in found["stream opens"][1].lower()
    assert found["stream version"][1] == "HTTP/2"


BUFFERING = "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;"
"""Over HTTP/2 nginx lets everything through all the same, over HTTP/1.1 it collects 1,460 bytes first."""

COMPRESSING = "proxy_hide_header Content-Encoding; gzip on; gzip_types text/event-stream;"


@pytest.mark.needs("nginx")
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("configured", "wrong"),
    [
        (f"{BUFFERING} gzip off;", {"buffering"}),
        (f"proxy_buffering off; {COMPRESSING}", {"compression"}),
        (f"{BUFFERING} {COMPRESSING}", {"compression", "buffering"}),
    ],
    ids=["buffers", "compresses", "does both"],
)
def test_a_proxy_that_buffers_or_compresses_is_named(environment, server, people, certificate, configured, wrong):
    changes = {"proxy_buffering off;\n            gzip off;": configured}
    with Nginx([server.url], certificate, changes=changes) as nginx:
        trusted = {"SSL_CERT_FILE": str(certificate.chain)}
        arguments = ("--url", nginx.url, "--direct", server.url, "--patient", people.patient().id, "--watch", "5")
        code, found = examined(environment, server, *arguments, **trusted)
    assert code == 1
    assert {what for what in OF_A_STREAM if found[f"stream {what}"][0] == "fail"} == wrong
    for what in wrong:
        _, says, do = found[f"stream {what}"]
        assert "by nginx" in says
        assert do.startswith("nginx: in the stream's location: ")
    assert found["stream version"][:2] == ("ok", "HTTP/2")
    assert {found[f"direct stream {what}"][0] for what in OF_A_STREAM} == {"ok"}


@pytest.mark.needs("caddy")
@pytest.mark.timeout(120)
def test_a_proxy_that_compresses_only_as_chrome_accepts_it_is_named(environment, server, people, certificate):
    changes = {
        "encode {\n\t\tgzip\n": "encode {\n\t\tzstd\n",
        "header Content-Type text/css*": "header Content-Type text/*",
        "lb_policy round_robin": "lb_policy round_robin\n\t\theader_down -Content-Encoding",
    }
    with Caddy([server.url], certificate, changes=changes) as caddy:
        trusted = {"SSL_CERT_FILE": str(certificate.chain)}
        arguments = ("--url", caddy.url, "--patient", people.patient().id, "--watch", "5")
        code, found = examined(environment, server, *arguments, **trusted)
    assert {check for check, (state, *_) in found.items() if state != "ok"} == {"stream compression"}
    _, says, do = found["stream compression"]
    assert "by Caddy" in says
    assert do.startswith("Caddy: let `encode` match")
    assert code == 1


@pytest.mark.timeout(120)
def test_its_own_streams_that_are_too_many_are_called_neither_buffered_nor_cut(
    environment, people, module_database_url
):
    with ProcessServer(database=module_database_url, **environment, SSE_MAX_STREAMS_PER_PATIENT="2") as narrow:
        code, found = examined(environment, narrow, "--patient", people.patient().id)
    ((_, (state, says, do)),) = [(check, finding) for check, finding in found.items() if finding[0] != "ok"]
    assert (state, says) == ("warn", "it answered 503 (capacity), so this was not looked at")
    assert "SSE_MAX_STREAMS_PER_PATIENT" in do
    assert code == 0


@pytest.mark.needs("nginx")
@pytest.mark.timeout(120)
def test_a_proxy_with_a_short_read_timeout_is_named_with_its_seconds(
    environment,
    people,
    certificate,
    module_database_url,
):
    ordinary = {**environment, "SSE_HEARTBEAT_SECONDS": "15"}
    with (
        ProcessServer(database=module_database_url, **ordinary) as slow,
        Nginx([slow.url], certificate, changes={"proxy_read_timeout 75s;": "proxy_read_timeout 3s;"}) as nginx,
    ):
        trusted = {"SSL_CERT_FILE": str(certificate.chain)}
        arguments = ("--url", nginx.url, "--patient", people.patient().id)
        code, found = examined(ordinary, slow, *arguments, **trusted)
    state, says, do = found["stream cut"]
    assert (code, state) == (1, "fail")
    assert says.startswith("cut after 3.")
    assert says.endswith("by nginx, which lets an answer be silent for 3 s, and heartbeats come every 15 s")
    assert "proxy_read_timeout" in do


@pytest.mark.needs("pgbouncer")
@pytest.mark.timeout(120)
def test_a_pooler_without_the_direct_address_is_named(environment, server, people, module_database_url):
    with PgBouncer(module_database_url) as pgbouncer:
        behind = {**environment, "DATABASE_URL": pgbouncer.url}
        code, found = examined(behind, server)
        assert (code, found["pooler"][0]) == (1, "fail")
        assert "DATABASE_DIRECT_URL" in found["pooler"][2]
        watched = ("--patient", people.patient().id)
        code, found = examined(behind, server, *watched, DATABASE_DIRECT_URL=module_database_url)
        assert {check: finding for check, finding in found.items() if finding[0] != "ok"} == {}
        assert "; a process has up to 1 besides the pooler's, so " in found["connections"][1]
        assert code == 0


@pytest.mark.timeout(120)
def test_an_empty_database_lacks_its_migrations_and_nothing_else(environment, server, module_database_url):
    url, _, name = module_database_url.rpartition("/")
    with psycopg.connect(module_database_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}_empty TEMPLATE template0")
        try:
            code, found = examined(environment, server, DATABASE_URL=f"{url}/{name}_empty")
        finally:
            admin.execute(f"DROP DATABASE {name}_empty WITH (FORCE)")
    assert {check for check, (state, *_) in found.items() if state == "fail"} == {"migrations"}
    assert not {"vocabulary", "master keys"} & set(found)
    assert code == 1


@pytest.mark.timeout(120)
def test_without_database_and_server_everything_is_said_to_be_away(environment, server):
    nowhere = f"http://127.0.0.1:{free_port()}"
    away = {"DATABASE_URL": f"postgres://u:hunter2@127.0.0.1:{free_port()}/d", "PUBLIC_BASE_URL": nowhere}
    code, found = examined({**environment, **away}, server, **away)
    failed = {check for check, (state, *_) in found.items() if state == "fail"}
    assert failed == {"database", "master keys", "database clock", "wake-ups", "readiness", "server clock", "callbacks"}
    assert code == 1
    assert "hunter2" not in json.dumps(found)


def test_keys_that_the_server_does_not_have_are_found_by_a_callback(environment, server, settings):
    ours = replace(settings.ENVIRONMENT, **QSTASH, PUBLIC_BASE_URL=server.url)
    assert callbacks(ours).state is State.OK
    assert callbacks(replace(ours, QSTASH_CURRENT_SIGNING_KEY="sig_another_0123456789abcdefghij")).state is State.FAIL


def test_a_token_without_a_patient_is_refused_with_a_sentence(environment, server, tmp_path):
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--token-file", str(tmp_path / "token")],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "--token-file needs --patient" in ended.stderr
