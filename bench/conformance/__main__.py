"""`make conformance`: the kit over our server and two peers, and real clients on our stream; at most five minutes.

`make conformance URL=…` runs the kit over any server. The exit code is 1 when the server that was asked about (ours,
or that of URL=) fails a check, or a real client does not get through.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import usage
from bench.conformance import report
from bench.conformance.asked import parsed, target_of
from bench.conformance.client import CLIENTS, Client, version_of
from bench.conformance.clients.installing import install_clients
from bench.conformance.journey import journey
from bench.conformance.kit import Result, checks_for, failures, tried
from bench.conformance.subject import Given, Started, Subject, Tried, eventstream, ours, sse_starlette
from bench.conformance.verdict import Outcome, Verdict
from bench.contenders.contender import Absent
from bench.contenders.eventstream import Eventstream
from bench.contenders.sse_starlette import SseStarlette
from bench.database import Cluster
from bench.peers import install_peers
from bench.report import revision, write_json
from curaway.local.given import data_folder

FIRST_CLIENT_LANE = 140
"""Lanes that no check uses."""
OURS = "ours"


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    asked = parsed(arguments)
    return asyncio.run(_given(asked) if asked.url else _all(asked))


async def _given(asked: argparse.Namespace) -> int:
    subject = Given(target_of(asked))
    results = {subject.name: await _tried(subject, asked)}
    print(f"\n{_tables(results)}\n")
    return int(bool(failures(results[subject.name])))


async def _all(asked: argparse.Namespace) -> int:
    began = datetime.now(UTC)
    folder = data_folder(os.environ) / "conformance"
    folder.mkdir(parents=True, exist_ok=True)
    for problem in (install_peers(), install_clients(folder / "clients")):
        if problem:
            print(f"  Not everything could be installed: {problem}", flush=True)
    cluster = Cluster(folder)
    try:
        results, clients = await _heard(asked, _subjects(asked, cluster, folder), folder)
    finally:
        cluster.stop()
    versions = {client: version_of(client) for client in clients}
    text = "\n\n".join([_tables(results), *([report.clients_table(clients, versions)] if clients else [])])
    print(f"\n{text}\n")
    if _is_whole(asked):
        _keep(began, text, results, clients, versions)
    lost = [verdict for verdict in clients.values() if verdict.outcome is Outcome.FAILED]
    return int(bool(failures(results.get(OURS, [])) or lost))


def _is_whole(asked: argparse.Namespace) -> bool:
    return not asked.only and asked.subjects is None and asked.clients is None


def _subjects(asked: argparse.Namespace, cluster: Cluster, folder: Path) -> list[Started]:
    port = asked.first_port
    known = [
        ours(Tried(cluster, folder, port)),
        sse_starlette(SseStarlette(cluster, folder, port + 1)),
        eventstream(Eventstream(cluster, folder, port + 2)),
    ]
    return [subject for subject in known if asked.subjects is None or subject.name in asked.subjects]


async def _heard(
    asked: argparse.Namespace, subjects: Sequence[Started], folder: Path
) -> tuple[dict[str, list[Result]], dict[Client, Verdict]]:
    results: dict[str, list[Result]] = {}
    clients: dict[Client, Verdict] = {}

    async def heard(subject: Started) -> None:
        try:
            await asyncio.to_thread(subject.start)
            if subject.name == OURS:
                # Before the checks: the last of them ends the server.
                clients.update(await _journeys(asked, subject, folder))
            results[subject.name] = await _tried(subject, asked)
        except Absent as why:
            print(f"  {subject.name}: {why}", flush=True)
        finally:
            await asyncio.to_thread(subject.stop)

    # Ours by itself; the peers' time is mostly spent waiting for their heartbeats.
    for several in ([one for one in subjects if one.name == OURS], [one for one in subjects if one.name != OURS]):
        async with asyncio.TaskGroup() as trying:
            for subject in several:
                print(f"\n{subject.name}: {subject.about}", flush=True)
                trying.create_task(heard(subject))
    return {subject.name: results[subject.name] for subject in subjects if subject.name in results}, clients


async def _journeys(asked: argparse.Namespace, subject: Started, folder: Path) -> dict[Client, Verdict]:
    chosen = [client for client in CLIENTS if asked.clients is None or client.program in asked.clients]

    async def sent(number: int, client: Client) -> Verdict:
        target = subject.target(FIRST_CLIENT_LANE + number)
        verdict = await journey(client, target, folder / "clients", folder / "clients.log")
        print(f"  {report.SIGNS[verdict.outcome]} {client.name} ({client.where}) {verdict.why}", flush=True)
        return verdict

    verdicts = await asyncio.gather(*(sent(number, client) for number, client in enumerate(chosen)))
    return dict(zip(chosen, verdicts, strict=True))


async def _tried(subject: Subject, asked: argparse.Namespace) -> list[Result]:
    def say(result: Result) -> None:
        check, verdict = result
        sign = report.SIGNS[verdict.outcome]
        print(f"  {sign} {subject.name}, {check.group}: {check.sentence} {verdict.why}", flush=True)

    return await tried(subject, checks_for(subject.profile, asked.only), say)


def _tables(results: Mapping[str, Sequence[Result]]) -> str:
    return "\n\n".join(table for table in (report.groups_table(results), report.failures_table(results)) if table)


def _keep(
    began: datetime,
    text: str,
    results: Mapping[str, Sequence[Result]],
    clients: Mapping[Client, Verdict],
    versions: Mapping[Client, str],
) -> None:
    took = (datetime.now(UTC) - began).total_seconds()
    facts = {
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(took),
        "revision": revision(),
        "command": "make conformance",
        "machine": usage.machine(),
        "subjects": report.as_json(results),
        "clients": [
            {**client._asdict(), "version": versions[client], "outcome": verdict.outcome, "why": verdict.why}
            for client, verdict in clients.items()
        ],
    }
    print(f"Written to {write_json(report.RESULTS.parent, report.RESULTS.stem, facts)}")
    report.write_page(f"{report.heading(facts)}\n\n{text}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
