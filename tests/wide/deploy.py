"""The long rolling deploy: `python -m tests.wide.deploy --streams 2000 --rate 200`, with nginx installed.

Prints the report and exits with 1 when a stream lost, doubled or reordered anything.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

import tests.conftest as ground  # first: it brings Django and a database

# isort: split
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests.people import People
from tests.wide.certificate import Certificate
from tests.wide.rolling import Report, rolling


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200, help="events per second")
    parser.add_argument("--patients", type=int, default=500)
    wanted = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = f"test_curaway_{os.getpid()}"
    made = setup_databases(verbosity=0, interactive=False)
    try:
        ground._make_tenants()
        report = deploy(streams=wanted.streams, rate=wanted.rate, count=wanted.patients)
    finally:
        ground._end_other_sessions()
        teardown_databases(made, verbosity=0)
    print("\n".join(report.lines()))
    return 1 if report.wrong else 0


def deploy(*, streams: int, rate: float, count: int) -> Report:
    """Run it against this process's database, with so many patients."""
    people = People(Path(os.environ["DATA_DIR"]))
    patients = [people.patient(consented=False) for _ in range(count)]
    of = connection.settings_dict
    url = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    with tempfile.TemporaryDirectory() as folder:
        certificate = Certificate(Path(folder))
        return asyncio.run(rolling(people, patients, database=url, certificate=certificate, streams=streams, rate=rate))


if __name__ == "__main__":
    sys.exit(main())
