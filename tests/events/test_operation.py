"""The stream under what happens to servers: many clients, a dead database, SIGTERM, clients that do not read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from curaway.local.postgres import EmbeddedPostgres
from events.testing import StreamClient, StreamEnded
from tests.facts import record
from tests.servers import ROOT, ProcessServer
from tests.waiting import wait_until

MARIA = "demo-patient-maria-001"
STREAMS = 300


class OwnDatabase:
    """A Postgres of one test's own, to be killed and restarted, with the demo people in it."""

    def __init__(self, folder: Path) -> None:
        self.postgres = EmbeddedPostgres(folder, settings={"max_connections": "20"})
        self.lease = self.postgres.lease()
        self.url = self.lease.url
        for command in ("migrate", "seed_demo"):
            self.manage(command)

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self.url},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def emit(self, count: int = 1) -> None:
        self.manage("emit_test_event", "--patient", MARIA, "--count", str(count))

    def connections(self) -> int:
        with psycopg.connect(self.url) as asking:
            row = asking.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'curaway' "
                "AND backend_type = 'client backend'"
            ).fetchone()
        assert row is not None
        return int(row[0])

    def die(self) -> None:
        self.postgres.kill()

    def come_back(self) -> None:
        before, self.lease = self.lease, self.postgres.lease()
        before.release()
        assert self.lease.url == self.url


@pytest.fixture(scope="module")
def own_database() -> Iterator[OwnDatabase]:
    folder = Path(tempfile.mkdtemp(prefix="curaway-own-database-"))
    folder.chmod(0o755)
    own = OwnDatabase(folder)
    yield own
    own.lease.release()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def maria(own_database: OwnDatabase) -> dict[str, str]:
    token = own_database.manage("issue_token", "--patient", MARIA).strip().splitlines()[-1]
    return {"Authorization": f"Bearer {token}", "X-Tenant-ID": "tenant-curaway-patients"}


@pytest.mark.timeout(240)
def test_three_hundred_streams_cost_four_connections_and_no_thread(own_database, maria):
    with ProcessServer(database=own_database.url) as server:
        first = StreamClient(server.url, MARIA, maria, follow=True)
        start = first.connected()["position"]
        threads = server.threads()
        clients = [first] + [StreamClient(server.url, MARIA, maria, follow=True) for _ in range(STREAMS - 1)]
        for client in clients[1:]:
            client.connected(seconds=60)
        assert own_database.connections() <= 4
        assert server.threads() - threads <= 2
        own_database.emit(3)
        for client in clients:
            assert [frame.position for frame in client.take(3)] == [start + 1, start + 2, start + 3]
        assert own_database.connections() <= 4
        assert server.threads() - threads <= 2
        for client in clients:
            client.close()


@pytest.mark.timeout(240)
def test_the_database_dies_and_comes_back_and_streams_stay_open(own_database, maria):
    with ProcessServer(database=own_database.url, SSE_HEARTBEAT_SECONDS="1") as server:
        clients = [StreamClient(server.url, MARIA, maria, follow=True) for _ in range(5)]
        start = clients[0].connected()["position"]
        for client in clients[1:]:
            client.connected()
        own_database.emit()
        own_database.die()
        for client in clients:
            client.next()
            client.wait_for_heartbeat()
        refused = StreamClient(server.url, MARIA, maria).open(seconds=30)
        said = refused.json()["errors"][0]
        assert (refused.status, said["code"], said["reason"]) == (503, "SSE_CONNECTION_001", "unavailable")
        own_database.come_back()
        own_database.emit(2)
        for client in clients:
            assert [frame.position for frame in client.take(2)] == [start + 2, start + 3]
            client.close()
        wait_until(server.is_ready, seconds=30)


@pytest.mark.timeout(180)
def test_sigterm_ends_two_hundred_streams_and_the_process_within_ten_seconds(people, process_server):
    patient = people.patient()
    with process_server() as server:
        clients = [server.stream(people, patient, follow=True) for _ in range(200)]
        for client in clients:
            client.connected(seconds=60)
        began = time.monotonic()
        server.terminate()
        ends = [client.until_done(seconds=9)[1] for client in clients]
        assert server.process.wait(10) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 10
    assert {(end["reason"], end["reconnect"]) for end in ends} == {("draining", True)}
    delays = sorted(end["retry_ms"] for end in ends)
    assert delays[-1] - delays[0] > 2000
    assert len(set(delays)) > 100


@pytest.mark.timeout(120)
def test_while_it_drains_new_streams_are_refused(people, process_server):
    patient = people.patient()
    with process_server() as server:
        open_one = server.stream(people, patient, follow=True)
        open_one.connected()
        server.terminate()
        open_one.until_done(seconds=9)
        late = server.stream(people, patient).open()
        said = late.json()["errors"][0]
        assert (late.status, said["code"], said["reason"]) == (503, "SSE_CONNECTION_001", "draining")
        assert int(late.headers["retry-after"]) >= 1


@pytest.mark.timeout(120)
def test_a_client_that_takes_nothing_does_not_keep_the_process(people, process_server):
    patient = people.patient()
    with process_server() as server:
        deaf = server.stream(people, patient, follow=True, receive_buffer=4096)
        deaf.connected()
        for _ in range(40):
            record(patient, "x" * 200_000)
        began = time.monotonic()
        server.terminate()
        server.process.wait(10)
        assert time.monotonic() - began < 10
        deaf.close()


@pytest.mark.timeout(120)
def test_clients_that_read_nothing_do_not_grow_memory_and_miss_nothing(people, process_server):
    patient = people.patient()
    with process_server() as server:
        deaf = [server.stream(people, patient, follow=True, receive_buffer=4096) for _ in range(20)]
        for client in deaf:
            client.connected()
        hearing = server.stream(people, patient, follow=True)
        hearing.connected()
        # Once through, so that what every process allocates at first use is not counted.
        record(patient, "x" * 200_000)
        hearing.next()
        before = server.resident_bytes()
        for _ in range(100):
            record(patient, "x" * 200_000)
            hearing.next()
        # 100 events of 200 KB to 20 clients are 400 MB; each may hold a socket's buffer and one event.
        assert server.resident_bytes() - before < 30_000_000
        assert [frame.position for frame in deaf[0].take(101, seconds=60)] == list(range(1, 102))
        for client in (*deaf, hearing):
            client.close()


@pytest.mark.timeout(120)
def test_a_stalled_client_is_told_so_when_it_reads_again_and_resumes(people, process_server):
    patient = people.patient()
    with process_server(SSE_STALL_SECONDS="2") as server:
        client = server.stream(people, patient, follow=True, receive_buffer=4096)
        client.connected()
        began = time.monotonic()
        for _ in range(40):
            record(patient, "x" * 200_000)
        # The stall is measured by the server's clock; nothing outside shows when it has passed. After twice as long
        # the connection is cut.
        time.sleep(max(0.0, began + 3 - time.monotonic()))
        frames, done = client.until_done()
        assert (done["reason"], done["reconnect"]) == ("lagging", True)
        heard = [frame.position for frame in frames]
        assert heard == list(range(1, done["position"] + 1))
        back = server.stream(people, patient, last_event_id=done["position"], follow=True)
        back.connected()
        assert [frame.position for frame in back.take(40 - len(heard))] == list(range(len(heard) + 1, 41))
        back.close()


@pytest.mark.timeout(120)
def test_a_killed_server_is_resumed_from_where_it_was(people, process_server):
    patient = people.patient()
    with process_server() as server:
        client = server.stream(people, patient, follow=True)
        client.connected()
        record(patient)
        heard = [client.next().position]
        os.killpg(server.pid, signal.SIGKILL)
        with pytest.raises(StreamEnded):
            client.next()
        server.process.wait()
    record(patient)
    with process_server() as again:
        client = again.stream(people, patient, last_event_id=heard[-1])
        client.connected()
        heard.append(client.next().position)
        client.close()
    assert heard == [1, 2]


@pytest.mark.timeout(120)
def test_reload_works_with_streams_open(people, process_server, tmp_path):
    patient = people.patient()
    watched = tmp_path / "watched.py"
    watched.write_text("")
    with process_server("--reload", "--reload-dir", str(tmp_path)) as server:
        client = server.stream(people, patient, follow=True)
        client.connected()
        record(patient)
        client.next()
        # The watcher may have started after the server; it is told until it hears.
        wait_until(lambda: watched.write_text(str(time.monotonic())) and _ended(client), seconds=30, every=0.5)
        wait_until(server.is_ready, seconds=40)
        again = server.stream(people, patient, last_event_id=1)
        record(patient)
        again.connected(seconds=30)
        assert again.next().position == 2
        again.close()


def _ended(client: StreamClient) -> bool:
    try:
        frame = client.next(seconds=0.5)
    except StreamEnded:
        return True
    except AssertionError:
        return False
    return frame.event == "done"
