"""The chain: what a row's hash is made of, and how it is computed. In the database when a fact is recorded, here when
it is verified: whoever verifies does not ask the database to judge itself.

    hash = SHA-256(hash of the patient's previous row, or nothing before the first || the row's canonical bytes)
"""

from __future__ import annotations

import hashlib

CANONICAL = """
pg_catalog.convert_to(pg_catalog.jsonb_build_array(
    {row}.id, {row}.event_type, {row}.tenant_id, {row}.actor_id, {row}.patient_id, {row}.payload,
    {row}.correlation_id, {row}.locale, {row}.source_service, {row}.api_version, {row}.client_type,
    (extract(epoch FROM {row}.created_at) * 1000000)::bigint, {row}.position, {row}.link
)::text, 'UTF8')
"""
"""All columns but the hash itself, as jsonb writes them, which has one text for each value; the time in microseconds,
because as a text it would be the session's. Payloads are taken as they are stored: sealed, so that a chain still holds
when a key is destroyed."""

CHAIN_SQL = f"""
CREATE FUNCTION events_take_position() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    LOOP
        SELECT * INTO last FROM events_streamhead
        WHERE tenant_id = NEW.tenant_id AND patient_id = coalesce(NEW.patient_id, '') FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO events_streamhead (tenant_id, patient_id, position, link, hash)
        VALUES (NEW.tenant_id, coalesce(NEW.patient_id, ''), 0, 0, '') ON CONFLICT DO NOTHING;
    END LOOP;
    NEW.position := NULL;
    IF NEW.patient_id IS NOT NULL AND events_is_streamed(NEW.event_type) THEN
        NEW.position := last.position + 1;
        -- Taken under the head's lock, so that time never runs against position.
        NEW.created_at := clock_timestamp();
    END IF;
    NEW.link := last.link + 1;
    NEW.hash := pg_catalog.sha256(last.hash || {CANONICAL.format(row="NEW")});
    UPDATE events_streamhead SET position = coalesce(NEW.position, position), link = NEW.link, hash = NEW.hash
    WHERE id = last.id;
    RETURN NEW;
END $$;
"""  # noqa: S608 - put together of nothing but our own text


def chained(previous: bytes, canonical: bytes) -> bytes:
    """The hash of a row that follows the one with this hash."""
    return hashlib.sha256(previous + canonical).digest()
