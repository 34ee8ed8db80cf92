"""The kit's slow groups: a server that is careless of those who leave, read slowly or come by a proxy is found."""

from __future__ import annotations

import gc
import re

import pytest

from bench.conformance import kit
from bench.conformance.check import CHECKS
from bench.conformance.checks import leaving, slow
from bench.conformance.kit import failures, tried
from bench.conformance.verdict import Outcome
from bench.conformance.wire import Exchange
from tests.bench.careless_server import CarelessServer

SINS = [
    ("lets nobody go", "closed_clients_are_let_go", r"2\d sockets more than before"),
    ("lets nobody go", "cut_clients_are_let_go", r"2\d sockets more than before"),
    ("room for few", "clients_make_room", "answered with 503"),
    ("stops when somebody leaves", "half_closed_clients_do_no_harm", "no 1 events"),
    ("stops when somebody leaves", "who_leaves_harms_nobody", "no 5 events"),
    ("works for nobody", "nobody_costs_nothing", r"s in 0.4 s"),
    ("waits for the slowest", "the_slow_hold_nobody_up", "no 10 events"),
    ("drops what is not read", "the_slow_miss_nothing", "no 100 events"),
    ("piles up", "the_slow_cost_no_memory", r"\d\d MB for 0 MB"),
    ("one id for all", "a_slow_one_catches_up", "20 events"),
]
BEHIND_NGINX = [
    ("buffered", "nginx_by_default", "no head of an answer"),
    ("may be compressed", "nginx_that_compresses", "compressed on the way: gzip"),
    ("silent", "heartbeats_keep_a_proxy_waiting", "no heartbeat"),
    ("does not resume", "resuming_passes_a_proxy", "no 2 events"),
    ("lets nobody go", "leaving_passes_a_proxy", r"2\d sockets more than before"),
]
OF_THE_PROCESS = ("nobody_costs_nothing", "the_slow_cost_no_memory")
"""They look at the whole process, which is here the suite's own."""


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "SETTLING_SECONDS", 0)
    monkeypatch.setattr(slow, "FLOOD", 100)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come any more is not waited for as long as what may come late."""
    monkeypatch.setattr(leaving, "CLEAN_WITHIN_SECONDS", 0.5)
    monkeypatch.setattr(leaving, "RESTS_AFTER_SECONDS", 0.1)
    monkeypatch.setattr(leaving, "WATCHED_SECONDS", 0.4)
    monkeypatch.setattr(slow, "CATCHES_UP_WITHIN_SECONDS", 1.0)
    monkeypatch.setitem(Exchange.read_head.__kwdefaults__ or {}, "within", 1.0)


async def is_found(sin: str, found_by: str, why: str) -> None:
    (check,) = [check for check in CHECKS if check.name == found_by]
    # The server is in this process: sockets that earlier tests left must not go while they are counted.
    gc.collect()
    async with CarelessServer(sin) as server:
        verdict = await check.verdict(server.target(0))
    assert verdict.outcome is Outcome.FAILED, verdict
    assert re.search(why, verdict.why), verdict.why


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(("sin", "found_by", "why"), SINS)
async def test_a_sin_is_found(sin: str, found_by: str, why: str) -> None:
    await is_found(sin, found_by, why)


@pytest.mark.needs("nginx")
@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(("sin", "found_by", "why"), BEHIND_NGINX)
async def test_a_sin_is_found_behind_nginx(sin: str, found_by: str, why: str) -> None:
    await is_found(sin, found_by, why)


async def test_a_server_that_cares_passes() -> None:
    checks = [check for check in CHECKS if check.group in ("leaving", "slow") and check.name not in OF_THE_PROCESS]
    async with CarelessServer() as server:
        results = await tried(server, checks, lambda _: None)
    assert [(one.check.name, one.verdict.why) for one in failures(results)] == []
    assert {one.verdict.outcome for one in results} == {Outcome.OK}


@pytest.mark.needs("nginx")
async def test_a_server_that_cares_passes_nginx() -> None:
    names = [found_by for _, found_by, _ in BEHIND_NGINX]
    async with CarelessServer() as server:
        results = await tried(server, [check for check in CHECKS if check.name in names], lambda _: None)
    assert [(one.check.name, one.verdict) for one in results if one.verdict.outcome is not Outcome.OK] == []
