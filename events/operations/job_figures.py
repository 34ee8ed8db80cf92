"""The outbox in figures: how much is on its way, how old it is, what failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import Error, connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

OPEN_SQL = """
SELECT kind, status, count(*), extract(epoch FROM now() - min(created_at))::float,
       count(*) FILTER (WHERE due_at <= now())
FROM events_job WHERE status IN ('waiting', 'published') GROUP BY kind, status ORDER BY kind, status
"""
ENDED_SQL = """
SELECT kind, status, count(*) FROM events_job
WHERE created_at > now() - interval '24 hours' AND status IN ('done', 'failed')
GROUP BY kind, status ORDER BY kind, status
"""
# Both by index: what is on its way, and a day of the list.


class OpenJobs(NamedTuple):
    """Jobs of one kind that are on their way."""

    kind: str
    status: str
    jobs: int
    oldest_seconds: float
    due: int


class EndedJobs(NamedTuple):
    """Jobs of one kind, made within a day, that have come to an end."""

    kind: str
    status: str
    jobs: int


def open_jobs() -> list[OpenJobs]:
    return [OpenJobs(*row) for row in _rows(OPEN_SQL)]


def ended_jobs() -> list[EndedJobs]:
    return [EndedJobs(*row) for row in _rows(ENDED_SQL)]


class JobFigures(Collector):
    """The same from whichever process is asked: the database's own figures."""

    def collect(self) -> Iterable[Metric]:
        reached = GaugeMetricFamily("curaway_database_up", "Whether the database answered this scrape.")
        try:
            found = [*_families(open_jobs(), ended_jobs())]
        except Error:
            # Prometheus is to be told this, and everything that the process knows by itself.
            found = []
        reached.add_metric([], float(bool(found)))
        return [reached, *found]


def _families(open_ones: list[OpenJobs], ended: list[EndedJobs]) -> Iterator[Metric]:
    labels = ["kind", "status"]
    count = GaugeMetricFamily("curaway_jobs_open", "Jobs on their way.", labels=labels)
    age = GaugeMetricFamily("curaway_job_oldest_seconds", "Age of the oldest job on its way.", labels=labels)
    due = GaugeMetricFamily("curaway_jobs_due", "Jobs that should have been published by now.", labels=labels)
    day = GaugeMetricFamily("curaway_jobs_ended_day", "Jobs made within 24 hours that have ended.", labels=labels)
    for found in open_ones:
        count.add_metric(found[:2], found.jobs)
        age.add_metric(found[:2], found.oldest_seconds)
        due.add_metric(found[:2], found.due)
    for past in ended:
        day.add_metric(past[:2], past.jobs)
    yield from (count, age, due, day)


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
