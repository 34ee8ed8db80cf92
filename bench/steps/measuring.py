"""Each step many times over, and what it took of whose processor."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bench.bout import Bout
from bench.children import Talking
from bench.contenders.ours import Ours
from bench.database import Cluster
from bench.steps.listeners import RedisServer, by_notify, by_redis
from bench.steps.meter import Clock, Meter, family_seconds, postgres_clock
from bench.usage import memory, processor_seconds
from events.wakeup.bell import CHANNEL

PATIENTS = 5000
LISTENED_TO = 400
WARM_UP = 50
WRITTEN_SECONDS = 2.5
"""Until the rows that tell of openings are written, which is done for many at once."""

FEW, MANY = 16, 48
"""Listeners; the slope between them is what one more costs."""

RING_EVERY = 0.006
"""Seconds, so that every ring is told by itself; many that come together are told together, for less."""

READ_TOGETHER = 256

Turns = dict[str, list[float]]
"""A figure's name, and its value in each turn."""


class Server(Ours):
    """This project's own set-up, in a database of this measurement's, with the bell it is given."""

    def __init__(self, cluster: Cluster, folder: Path, port: int) -> None:
        super().__init__(cluster, folder, port)
        self.database = "bench_steps"
        self.wakeup_url = ""

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "EVENTS_WAKEUP_URL": self.wakeup_url}


class Steps:
    """What is measured with one server, one at a time."""

    def __init__(self, server: Server, turns: int) -> None:
        self._server, self._turns = server, turns
        self._bout = Bout(server)
        self._database = postgres_clock(server.cluster, server.database)
        # It records without a ring: rings are measured by themselves.
        environ = {**server.environment(), "EVENTS_WAKEUP_URL": "off"}
        self._probe = Talking("bench.steps.probe", log=server.folder / "probe.log", environ=environ)

    def stop(self) -> None:
        self._bout.stop()
        self._probe.stop()

    def opening(self) -> Turns:
        """Memory of a process that has served and serves nobody; then streams opened and ended, with token and state,
        and with the rows that are kept of who looked."""
        self._open(WARM_UP)
        time.sleep(WRITTEN_SECONDS)
        megabytes = memory(self._server.pids())["pss"] / 1e6
        self._open(LISTENED_TO)
        found = self._measured({"server": self._server_clock, "database": self._database}, self._open_many)
        return {"process_mb": [megabytes], "open_app_us": found["server"], "open_db_us": found["database"]}

    def hearing(self, times: int = 8000) -> Turns:
        """Rings for a patient nobody listens to, by NOTIFY."""
        return {"heard_notify_us": self._heard("ring", times)}

    def hearing_redis(self, redis: RedisServer, times: int = 5000) -> Turns:
        """The same by Redis, from a server that is started anew with it."""
        self._bout.stop()
        self._server.wakeup_url = redis.url
        self._bout.start()
        self._open(WARM_UP)
        found = self._heard("publish", times, url=redis.url)
        self._bout.stop()
        self._server.wakeup_url = ""
        return {"heard_redis_us": found}

    def telling(self, times: int = 300) -> Turns:
        """What a ring takes of the database when nobody listens, and for each that does."""
        self._bout.stop()
        unheard = self._probed("ring", 5000)
        listeners = partial(by_notify, self._server.cluster, self._server.database, CHANNEL)
        slope = self._slope(listeners, self._database, partial(self._ask, "ring", times, every=RING_EVERY))
        return {"notify_db_us": unheard, "ring_db_us": slope}

    def telling_redis(self, redis: RedisServer, times: int = 4000) -> Turns:
        """What a ring takes of Redis for each that listens."""
        listeners = partial(by_redis, redis.port, f"{CHANNEL}:0")
        work = partial(self._ask, "publish", times, url=redis.url)
        return {"ring_redis_us": self._slope(listeners, partial(family_seconds, redis.pid), work)}

    def recording(self, times: int = 1500) -> Turns:
        """One writer, the patients in turn; nobody is told."""
        return {"emit_db_us": self._probed("record", times, patients=LISTENED_TO)}

    def reading(self, times: int = 3000) -> Turns:
        """The newest event of a patient: alone, and those of many patients together."""
        afters = [int(position) - 1 for position in self._server.positions(READ_TOGETHER)]
        together = self._probed("read", times // 60, afters=afters, at_once=READ_TOGETHER)
        return {
            "read_db_us": self._probed("read", times, afters=afters, at_once=1),
            "read_together_db_us": [value / READ_TOGETHER for value in together],
        }

    def polling(self, times: int = 60) -> Turns:
        """Whether any of so many streams has grown."""
        heads = [int(position) for position in self._server.positions(PATIENTS)]
        return {"poll_db_us": [value / PATIENTS for value in self._probed("poll", times, heads=heads)]}

    def access(self, times: int = 60) -> Turns:
        """Whether any of so many viewers may not look any more."""
        return {"access_db_us": [value / PATIENTS for value in self._probed("look", times, patients=PATIENTS)]}

    # Inside

    def _server_clock(self) -> float:
        return processor_seconds(self._server.pids())

    def _open(self, count: int) -> None:
        self._bout.open(range(count))
        self._bout.close()

    def _open_many(self) -> int:
        self._bout.open(range(LISTENED_TO))
        self._bout.cut()
        time.sleep(WRITTEN_SECONDS)
        return LISTENED_TO

    def _heard(self, what: str, times: int, **facts: Any) -> list[float]:
        def work() -> int:
            self._ask(what, times, **facts)
            self._bout.settle()
            return times

        return self._measured({"server": self._server_clock}, work)["server"]

    def _probed(self, what: str, times: int, **facts: Any) -> list[float]:
        """The database's time each time, once the connection is there and the statement is planned."""
        self._ask(what, max(1, times // 20), **facts)
        return self._measured({"database": self._database}, partial(self._ask, what, times, **facts))["database"]

    def _slope(self, listeners: Callable[[int], Any], clock: Clock, work: Callable[[], int]) -> list[float]:
        found = []
        for count in (FEW, MANY):
            with listeners(count):
                found.append(self._measured({"teller": clock}, work)["teller"])
        return [(many - few) / (MANY - FEW) for few, many in zip(*found, strict=True)]

    def _ask(self, what: str, times: int, **facts: Any) -> int:
        self._probe.ask(do=what, times=times, **facts)
        return times

    def _measured(self, clocks: Mapping[str, Clock], work: Callable[[], int]) -> Turns:
        return Meter(clocks, self._turns).per_unit(work)
