"""The master keys: whether they open what the log says about health."""

from __future__ import annotations

from django.db import connection

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.environment import Environment
from events.sealing.master import NAME_BYTES, MasterKeys

WRAPPED_BY_SQL = f"""
SELECT substring(wrapped FROM 1 FOR {NAME_BYTES}), count(*) FROM events_patientkey WHERE wrapped IS NOT NULL GROUP BY 1
"""  # noqa: S608 - put together of nothing but our own text


def master_keys(environment: Environment) -> Finding:
    """Whether each patient's key is wrapped by one of the settings'; raises Django's errors without a database."""
    given = MasterKeys(environment.phi_master_keys)
    with connection.cursor() as cursor:
        cursor.execute(WRAPPED_BY_SQL)
        wrapped_by = {bytes(name): count for name, count in cursor.fetchall()}
    strange = sum(count for name, count in wrapped_by.items() if given.named(name) is None)
    if strange:
        return fail(
            "master keys",
            f"{strange} of {sum(wrapped_by.values())} patients' keys are wrapped by a key that is not set here: "
            "what was sealed with them cannot be read, nor anything recorded",
            "add the key that was in PHI_MASTER_KEYS before, behind the current one",
        )
    former = sum(count for name, count in wrapped_by.items() if name != given.current.name)
    if former:
        return warn("master keys", f"{former} patients' keys depend on a former key", "run manage.py rotate_phi_keys")
    return ok("master keys", f"the current one wraps all {sum(wrapped_by.values())} patients' keys")
