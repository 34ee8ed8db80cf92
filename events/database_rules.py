"""What the database itself enforces: dense positions, a chain of hashes, and an append-only log.

The rules live in triggers, so that they hold for every writer: the API, a shell, plain SQL.
Which types stream is the registry's to say; the function that knows them is made again at every migrate.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from events.registry import streamed_types
from events.sealing.chain import CHAIN_SQL

POSITION_SQL = f"""
{CHAIN_SQL}
CREATE TRIGGER events_take_position BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION events_take_position();
"""

APPEND_ONLY_SQL = """
CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the events table is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Record a new fact that corrects the old one.';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER events_append_only_table BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
"""

REVERSE_SQL = """
DROP TRIGGER events_append_only_table ON events;
DROP TRIGGER events_append_only ON events;
DROP TRIGGER events_take_position ON events;
DROP FUNCTION events_refuse_change();
DROP FUNCTION events_take_position();
DROP FUNCTION events_is_streamed(text);
"""


def streamed_sql() -> str:
    """The function that tells the trigger which event types stream."""
    names = ", ".join(f"'{name}'" for name in streamed_types())
    return (
        "CREATE OR REPLACE FUNCTION events_is_streamed(event_type text) RETURNS boolean "
        f"LANGUAGE sql IMMUTABLE AS $$ SELECT event_type IN ({names}) $$"
    )


def follow_registry(*, using: str, **_: Any) -> None:
    """Bring the database's list of streamed types up to the registry's; after every migrate."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('events') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(streamed_sql())
