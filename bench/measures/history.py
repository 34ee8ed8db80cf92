"""Whether a long past makes coming back slower: the last few events of a short and of a long history."""

from __future__ import annotations

from bench.bout import Bout
from bench.measures.measure import HISTORY_LONG, HISTORY_SHORT, attempt, has_failed, say
from bench.plan import Plan
from bench.results import Results
from bench.statistics import median

CELLS = (HISTORY_SHORT, HISTORY_LONG)


def measure(bouts: list[Bout], plan: Plan, rounds: int, results: Results) -> None:
    """Resume each of the two patients in turn, many times a round."""
    patients = (plan.patients - 2, plan.patients - 1)
    for bout in bouts:
        with attempt(bout, results, CELLS):
            bout.start()
            for patient, rows in zip(patients, plan.histories, strict=True):
                say(f"{bout.name}: giving a patient {rows:,} events")
                bout.contender.add_history(patient=patient, rows=rows)
            bout.contender.cluster.settle()
    for _ in range(rounds):
        for bout in bouts:
            if not has_failed(bout, results, HISTORY_LONG):
                with attempt(bout, results, CELLS):
                    _round(bout, plan, results, patients)


def _round(bout: Bout, plan: Plan, results: Results, patients: tuple[int, int]) -> None:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(plan.history_openings):
        for times, patient, rows in zip(took, patients, plan.histories, strict=True):
            bout.expect(plan.missed)
            opened = bout.open([patient], after=[str(rows - plan.missed)])
            times.append(1000 * (bout.heard(plan.missed)["last_at"] - opened["began_at"]))
            bout.cut()
    for cell, times in zip(CELLS, took, strict=True):
        results.add(cell.key, bout.name, median(times))
    say(f"{bout.name}: resumed in {median(took[0]):.1f} ms, with a long past in {median(took[1]):.1f} ms")
