"""The kit itself: a server that keeps the standards passes, and one that sins is found."""

from __future__ import annotations

import pytest

from bench.conformance.check import CHECKS
from bench.conformance.kit import checks_for, failures, tried
from bench.conformance.report import heading
from bench.conformance.target import Profile
from bench.conformance.verdict import Outcome
from tests.bench.small_server import SmallServer

SINS = {
    "another type": "answered_as_a_stream",
    "another charset": "charset_is_utf_8",
    "may be cached": "not_cached",
    "buffered": "nginx_is_told_not_to_buffer",
    "no date": "date_is_said",
    "compressed": "gzip_holds_nothing_back",
    "chunks for everybody": "http_1_0_gets_no_chunks",
    "serves without host": "a_request_without_host_is_refused",
    "every path is there": "unknown_paths_are_refused",
    "upset by strange ids": "a_strange_id_is_no_fault",
    "knows no head": "head_is_answered",
    "a body after head": "head_has_no_body",
    "does not say what is allowed": "refused_methods_say_which_are_allowed",
    "one cache for all origins": "caches_tell_origins_apart",
    "does not resume": "what_was_missed_comes",
    "doubled": "what_was_missed_comes",
    "one id for all": "ids_never_come_back",
    "line ends mixed": "line_ends_are_of_one_kind",
    "unknown fields": "fields_are_known",
    "named error": "names_are_not_the_clients_own",
    "no data": "event_is_delivered",
    "retry in words": "retry_is_digits",
    "bare line separator": "data_has_no_other_line_ends",
    "held back": "event_is_delivered",
    "silent": "silence_is_broken",
    "heartbeats are messages": "heartbeats_are_no_messages",
    "heartbeats with a blank line": "heartbeats_have_no_blank_line",
}
SLOW = ("proxies", "leaving", "slow")
"""Groups that start programs or wait for long: tried in `test_conformance_careless.py`."""


async def test_a_server_that_keeps_the_standards_passes():
    checks = [check for check in checks_for(Profile.SSE) if check.group not in SLOW]
    async with SmallServer() as server:
        results = await tried(server, checks, lambda _: None)
    assert [(one.check.name, one.verdict.why) for one in failures(results)] == []
    passed = [one for one in results if one.verdict.outcome is Outcome.OK]
    assert len(passed) >= 60


@pytest.mark.parametrize(("sin", "found_by"), SINS.items())
async def test_a_sin_is_found(sin, found_by):
    (check,) = [check for check in CHECKS if check.name == found_by]
    async with SmallServer(sin) as server:
        verdict = await check.verdict(server.target(0))
    assert verdict.outcome is Outcome.FAILED, verdict
    assert verdict.why


def test_the_tables_say_what_they_are_of():
    facts = {
        "began": "2030-01-02T03:04:05+00:00",
        "seconds": 170,
        "revision": "abc1234",
        "command": "make conformance",
        "machine": {"processor": "Some Processor", "cores": 2},
    }
    assert heading(facts) == (
        "2030-01-02, Some Processor, 2 cores, revision abc1234; it took 170 s. Again: `make conformance`."
    )


def test_every_check_says_what_it_checks_and_who_says_so():
    names = [(check.group, check.name) for check in CHECKS]
    assert len(set(names)) == len(names)
    assert len(checks_for(Profile.SSE)) >= 40
    for check in CHECKS:
        assert check.sentence.endswith("."), check.name
        assert check.source, check.name


async def test_what_needs_a_publisher_does_not_apply_without_one():
    from dataclasses import replace

    (check,) = [check for check in CHECKS if check.name == "event_is_delivered"]
    async with SmallServer() as server:
        verdict = await check.verdict(replace(server.target(0), publish_here=None))
    assert verdict == (Outcome.NOT_APPLICABLE, "no PUBLISH= was given")


async def test_nobody_there_is_a_failure_with_a_reason():
    async with SmallServer() as server:
        target = server.target(0)
    (check,) = [check for check in CHECKS if check.name == "answered_as_a_stream"]
    outcome, why = await check.verdict(target)
    assert outcome is Outcome.FAILED
    assert why.startswith("cannot connect to 127.0.0.1:")
