"""What verification finds."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What was done to the log."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    HEAD = "head"
    REWRITTEN = "rewritten"
    FORGED = "forged"
    KEY = "key"


class Finding(NamedTuple):
    """One thing that is wrong with a chain. `first` and `last` are links; `event_ids` are the rows it is about, none
    where they are gone. `patient_id` is empty in a tenant's own chain."""

    kind: Kind
    tenant_id: str
    patient_id: str
    first: int
    last: int
    event_ids: tuple[str, ...]
    says: str

    def sentence(self) -> str:
        place = f"{self.tenant_id}/{self.patient_id or '-'}"
        links = f"link {self.first}" if self.first == self.last else f"links {self.first}-{self.last}"
        rows = f" ({', '.join(self.event_ids)})" if self.event_ids else ""
        return f"{self.kind:<9}  {place}  {links}{rows}: {self.says}"
