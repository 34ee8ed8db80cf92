"""Changes of access that nobody rang for here: the log has them, and the round looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from events.question import Found, Question
from events.registry import EventType

LOOKED_BACK_SECONDS = 60.0
"""Longer than any transaction that changes access takes, and than a round that fails is made again."""

CHANGES_SQL = """
SELECT id, tenant_id, patient_id FROM events
WHERE event_type IN (%(changed)s, %(erased)s) AND created_at > now() - make_interval(secs => %(seconds)s)
"""


class AccessChanges:
    """What was recorded of late, each told once."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def question(self) -> Question:
        """For the next round; of all tenants, as is everybody who listens here."""
        changed = {"changed": str(EventType.ACCESS_CHANGED), "erased": str(EventType.PATIENT_ERASED)}
        return Question(CHANGES_SQL, {**changed, "seconds": LOOKED_BACK_SECONDS})

    def new(self, found: Iterable[Found]) -> Iterator[tuple[str, str | None]]:
        """The tenants and patients of those that were not told before; without a patient, all of the tenant's."""
        ids = {each["id"]: (each["tenant_id"], each["patient_id"]) for each in found}
        yield from (whose for one, whose in ids.items() if one not in self._known)
        self._known = set(ids)
