"""Everybody comes back at once, each with events missed: a deploy, or a network that was away."""

from __future__ import annotations

from bench.bout import Bout
from bench.measures.measure import RESUMED, attempt, has_failed, say
from bench.plan import Plan
from bench.results import Results

AT_ONCE = 64


def measure(bouts: list[Bout], plan: Plan, rounds: int, results: Results) -> None:
    """Open the streams from where they stood before the missed events; until the last of these has arrived."""
    able = [bout for bout in bouts if bout.contender.resumes]
    for bout in set(bouts) - set(able):
        results.fail(RESUMED.key, bout.name, "can't resume: its frames have no ids")
    positions = {}
    for bout in able:
        with attempt(bout, results, [RESUMED]):
            positions[bout] = _fall_behind(bout, plan)
    for _ in range(rounds):
        for bout in able:
            if not has_failed(bout, results, RESUMED):
                with attempt(bout, results, [RESUMED]):
                    _one(bout, plan, results, positions[bout])


def _fall_behind(bout: Bout, plan: Plan) -> list[str]:
    bout.refuse(plan.resumed)
    bout.start()
    contender = bout.contender
    contender.begin_streams(patients=plan.resumed, first_nonce=bout.nonces(plan.resumed))
    positions = contender.positions(plan.resumed)
    missed = plan.resumed * plan.missed
    contender.add_events(patients=plan.resumed, each=plan.missed, first_nonce=bout.nonces(missed))
    contender.cluster.settle()
    return positions


def _one(bout: Bout, plan: Plan, results: Results, positions: list[str]) -> None:
    missed = plan.resumed * plan.missed
    bout.expect(missed)
    opened = bout.open(range(plan.resumed), after=positions, at_once=AT_ONCE)
    heard = bout.heard(missed)
    took = heard["last_at"] - opened["began_at"]
    results.add(RESUMED.key, bout.name, took, client_share=opened["client_share"])
    say(f"{bout.name}: resumed {plan.resumed:,} streams, {missed:,} missed events, in {took:,.1f} s")
    bout.close()
