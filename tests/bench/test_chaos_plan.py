"""The plan of a chaos run: drawn from its seed, with every kind of fault in it, none of which stops another's end."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.chaos.fault import Kind
from bench.chaos.options import parse
from bench.chaos.plan import OVERLAPPING, QUEUE_SKEW, SERVER_SKEW, habits, plan
from bench.chaos.tokens import MOST_SHIFT
from curaway.identity import CLOCK_SKEW_SECONDS as TOKEN_LEEWAY
from curaway.signature import CLOCK_SKEW_SECONDS as SIGNATURE_LEEWAY

ALL = habits(workers=2, writers=2, wakeup_pauses=True, clocks_move=True)


def test_the_same_seed_gives_the_same_faults_and_another_one_others() -> None:
    assert plan(7, 300, ALL) == plan(7, 300, ALL)
    assert plan(7, 300, ALL) != plan(8, 300, ALL)


@pytest.mark.parametrize("seed", range(20))
def test_five_minutes_have_every_kind_and_all_faults_end_with_them(seed: int) -> None:
    faults = plan(seed, 300, ALL)
    assert {fault.kind for fault in faults} == set(Kind)
    assert len(faults) > 60
    assert all(0 <= fault.at <= fault.ends <= 300 + 1e-6 for fault in faults)


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_killed_while_they_are_down(seed: int) -> None:
    down: dict[str, float] = {}
    for fault in plan(seed, 300, ALL):
        if fault.kind not in OVERLAPPING | {Kind.CLOCK_MOVED}:
            assert fault.at >= down.get(fault.target, 0.0), fault
            down[fault.target] = fault.ends


def test_clocks_together_stay_within_what_is_tolerated() -> None:
    moved = [fault for seed in range(20) for fault in plan(seed, 300, ALL) if fault.kind is Kind.CLOCK_MOVED]
    most = Counter({"web": 0.0, "queue": 0.0})
    for fault in moved:
        name = fault.target.rstrip("0123456789")
        most[name] = max(most[name], abs(fault.amount))
    assert most == {"web": SERVER_SKEW, "queue": QUEUE_SKEW}
    assert SERVER_SKEW + MOST_SHIFT < TOKEN_LEEWAY
    assert SERVER_SKEW + QUEUE_SKEW < SIGNATURE_LEEWAY


def test_a_world_without_redis_and_a_compiler_has_all_other_faults() -> None:
    possible = habits(workers=1, writers=1, wakeup_pauses=False, clocks_move=False)
    assert set(Kind) - set(possible) == {Kind.WAKEUP_PAUSED, Kind.CLOCK_MOVED}


def test_the_length_comes_from_the_command_line_or_the_environment() -> None:
    assert parse([], {}).seconds == 300
    assert parse([], {"CHAOS": "30m"}).seconds == 1800
    assert parse(["--seconds", "90"], {"CHAOS": "30m"}).seconds == 90


def test_a_run_tells_the_command_that_repeats_it() -> None:
    options = parse("--seconds 60 --seed 5 --wakeup notify --faults web-killed,clients-cut".split(), {})
    assert options.command == (
        "python -m bench.chaos --seconds 60 --seed 5 --workers 2 --patients 8 --wakeup notify"
        " --faults web-killed,clients-cut"
    )
    assert parse(options.command.split()[3:], {}) == options
