"""`manage.py verify_events`: find any row of the log that was changed, removed or inserted."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.sealing.chains import Chain, Whose, chains, findings, one_snapshot
from events.sealing.finding import Finding
from events.sealing.master import master_keys
from events.sealing.progress import progress
from events.sealing.signature import MalformedCheckpoint, Statement, as_line, from_line
from events.sealing.signing import instant
from events.sealing.verification import Signed


class Command(BaseCommand):
    help = (
        "Walk along every patient's chain of events and name each row that was changed, removed or inserted. Compares "
        "with the signed checkpoints of the database, and with those of a file that was kept elsewhere. Exits with 1 "
        "when anything is found. Reads one snapshot, in bounded memory; servers may run meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", help="Only this tenant's chains.")
        parser.add_argument("--patient", help="Only this patient's chain.")
        parser.add_argument("--json", action="store_true", help="A line of JSON per finding, and one with the counts.")
        parser.add_argument(
            "--checkpoint",
            type=Path,
            metavar="FILE",
            help="When nothing is found, write what was verified into this file, signed, to be kept outside.",
        )
        parser.add_argument(
            "--against", type=Path, metavar="FILE", help="Compare with the checkpoints of a file kept outside."
        )

    def handle(self, **options: Any) -> None:
        kept = _kept(options["against"])
        began = datetime.now(UTC)
        with one_snapshot():
            wanted = _with_lost(chains(tenant_id=options["tenant"], patient_id=options["patient"]), kept, options)
            compared = sum(len(kept.get(chain.whose, ())) for chain in wanted)
            if options["against"] and not compared:
                raise CommandError(f"{options['against']} has no checkpoint of what was asked for: nothing to compare.")
            if not wanted and (options["tenant"] or options["patient"]):
                raise CommandError("The log has nothing of this tenant or patient: is the id right?")
            found = self._verify(wanted, kept, as_json=options["json"])
        self._tell_counts(wanted, found, compared if options["against"] else None, as_json=options["json"])
        if found:
            raise CommandError(f"The log was tampered with: {found} findings.")
        if options["checkpoint"]:
            _write(options["checkpoint"], wanted, instant(began))

    def _verify(self, wanted: Sequence[Chain], kept: Mapping[Whose, Sequence[Signed]], *, as_json: bool) -> int:
        count = 0
        with progress(sum(chain.rows for chain in wanted), unit=" events") as bar:
            for chain, found in findings(wanted, kept=kept, keys=master_keys()):
                for finding in found:
                    bar.clear()
                    self.stdout.write(_as_json(finding) if as_json else finding.sentence())
                count += len(found)
                bar.update(chain.rows)
        return count

    def _tell_counts(self, wanted: Sequence[Chain], found: int, compared: int | None, *, as_json: bool) -> None:
        events = sum(chain.rows for chain in wanted)
        if as_json:
            counts = {"chains": len(wanted), "events": events, "findings": found}
            self.stdout.write(json.dumps(counts if compared is None else {**counts, "compared": compared}))
            return
        if compared is not None:
            self.stdout.write(f"Compared with {compared:,} checkpoints that were kept outside.")
        if not found:
            self.stdout.write(f"{events:,} events in {len(wanted):,} chains: nothing was changed, removed or inserted.")


def _kept(file: Path | None) -> dict[Whose, list[Signed]]:
    kept: dict[Whose, list[Signed]] = {}
    if file is None:
        return kept
    try:
        for line in file.read_text().splitlines():
            whose, signed = from_line(line, master_keys())
            kept.setdefault(whose, []).append(signed)
    except OSError as fault:
        raise CommandError(f"{file} can't be read: {fault.strerror}") from None
    except MalformedCheckpoint as fault:
        raise CommandError(f"{file}: {fault}") from None
    return kept


def _with_lost(found: list[Chain], kept: Mapping[Whose, Any], options: Mapping[str, Any]) -> list[Chain]:
    """Also the chains of which nothing is left but what was kept outside."""
    there = {chain.whose for chain in found}
    asked = (options["tenant"], options["patient"])
    lost = [
        whose
        for whose in kept
        if whose not in there and all(one in (None, its) for one, its in zip(asked, whose, strict=True))
    ]
    return [*found, *(Chain(whose, None, 0) for whose in lost)]


def _write(file: Path, wanted: Sequence[Chain], made_at: str) -> None:
    heads = [(chain.whose, chain.head) for chain in wanted if chain.head is not None and chain.head.link]
    lines = [as_line(Statement(*whose, head.link, head.hash, made_at), master_keys()) for whose, head in heads]
    try:
        file.write_text("".join(f"{line}\n" for line in lines))
    except OSError as fault:
        raise CommandError(f"{file} can't be written: {fault.strerror}") from None


def _as_json(finding: Finding) -> str:
    return json.dumps(finding._asdict())
