"""The event history of a large log: every list is read by an index."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.events.history import LIST
from tests.staff import staff

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def large_log(database):
    with connection.cursor() as sql:
        sql.execute(
            """
            INSERT INTO events (id, event_type, tenant_id, patient_id, payload, correlation_id, created_at)
            SELECT gen_random_uuid(), (ARRAY['chat_message_sent', 'patient_updated', 'consent_granted'])[1 + n %% 3],
                   'tenant-' || n %% 10, 'large-' || n %% 500, '{}', 'large-' || n / 8,
                   now() - interval '3 years' + n * interval '45 minutes'
            FROM generate_series(1, 30000) AS n
            """,
            [],
        )
        sql.execute("ANALYZE events")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "p=100",
        "event_type__exact=consent_granted",
        "event_type__exact=match_failed",
        "stream=match_progress",
        "tenant=tenant-3",
        "position=absent",
        "created_at__year=2024",
        "correlation=large-77",
        "q=large-77",
        "q=0b9d7c52-3f64-4c1e-9d3a-5a1f6e2b7c80",
        "q=nobody",
        "o=5",
    ],
)
def test_no_list_counts_or_reads_the_whole_log(large_log, query):
    client = staff("events.view_event")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{LIST}?{query}").status_code == 200
    asked = [query["sql"] for query in queries if re.search(r'\b(FROM|JOIN) "?events"?\b', query["sql"])]
    assert asked
    for sql in asked:
        assert "COUNT(" not in sql.upper()
        assert whole_reads(sql) == []


def test_a_query_that_sorts_the_log_would_be_noticed(large_log):
    assert whole_reads("SELECT * FROM events ORDER BY actor_id LIMIT 100") == ["Sort", "Seq Scan"]


def whole_reads(sql):
    """The steps of the query's plan that read, or sort, more than a tenth of the log."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        plan = json.loads(json.dumps(cursor.fetchone()[0]))
    return [step["Node Type"] for step in steps(plan[0]["Plan"]) if is_whole_read(step)]


def steps(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from steps(inner)


def is_whole_read(step):
    if step["Node Type"] == "Seq Scan":
        return step["Relation Name"] == "events"
    return step["Node Type"] == "Sort" and step["Plan Rows"] > 3000
