"""What the database itself enforces: a record is completed once and never changed or deleted."""

from __future__ import annotations

COMPLETED_ONCE_SQL = """
CREATE FUNCTION events_complete_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A process that was taken for dead may still say how its stream ended.
    IF TG_OP = 'UPDATE' AND (OLD.ended_at IS NULL OR OLD.reason = 'process_ended') AND NEW.ended_at IS NOT NULL
       AND (NEW.id, NEW.tenant_id, NEW.patient_id, NEW.actor_id, NEW.role, NEW.correlation_id, NEW.process,
            NEW.process_name, NEW.position_from, NEW.opened_at)
         = (OLD.id, OLD.tenant_id, OLD.patient_id, OLD.actor_id, OLD.role, OLD.correlation_id, OLD.process,
            OLD.process_name, OLD.position_from, OLD.opened_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'access records are only completed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER events_access_completed BEFORE UPDATE OR DELETE ON events_accessrecord
    FOR EACH ROW EXECUTE FUNCTION events_complete_access();
CREATE TRIGGER events_access_kept BEFORE TRUNCATE ON events_accessrecord
    FOR EACH STATEMENT EXECUTE FUNCTION events_complete_access();
"""

REVERSE_SQL = """
DROP TRIGGER events_access_kept ON events_accessrecord;
DROP TRIGGER events_access_completed ON events_accessrecord;
DROP FUNCTION events_complete_access();
"""
