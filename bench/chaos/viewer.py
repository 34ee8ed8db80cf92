"""Who listens to whom, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bench.chaos.tokens import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One listener of one patient, with one cursor through all its connections.

    `how`: `stream`, or `poll` for the long poll. `types`: the stream names it narrows to; none: all. `since`: where
    its cursor begins; None: at now. `follow`: asks the server to keep an idle stream open. `allowed`: whether it may
    hear this patient at all.
    """

    name: str
    patient: str
    tenant: str
    person: Person
    how: str = "stream"
    types: tuple[str, ...] = field(default=())
    since: int | None = 0
    follow: bool = True
    in_query: bool = False
    """Sends its cursor as `after`, not as `Last-Event-ID`."""
    allowed: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Viewer:
        return cls(**{**told, "person": Person(**told["person"]), "types": tuple(told["types"])})
