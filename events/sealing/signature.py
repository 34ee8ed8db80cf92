"""Signing what a chain was: in the table of checkpoints, and in files that are kept elsewhere."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from events.sealing.master import MasterKeys
from events.sealing.verification import Signed


class Statement(NamedTuple):
    """That a chain had this hash at this link, at this time (ISO 8601, UTC)."""

    tenant_id: str
    patient_id: str
    link: int
    hash: bytes
    made_at: str

    def message(self) -> bytes:
        return json.dumps([*self[:3], self.hash.hex(), self.made_at]).encode()


class MalformedCheckpoint(ValueError):
    """A line that is no checkpoint."""


def signature(statement: Statement, keys: MasterKeys) -> tuple[bytes, bytes]:
    """The current master key's name, and its signature."""
    return keys.current.name, keys.current.sign(statement.message())


def checked(statement: Statement, signed_by: bytes, given: bytes, keys: MasterKeys) -> Signed:
    """What the checkpoint says, and whether one of these keys has signed it."""
    key = keys.named(signed_by)
    genuine = key is not None and hmac.compare_digest(key.sign(statement.message()), given)
    return Signed(statement.link, statement.hash, statement.made_at, genuine)


def as_line(statement: Statement, keys: MasterKeys) -> str:
    """A signed statement as a line of JSON."""
    signed_by, given = signature(statement, keys)
    facts = statement._asdict() | {"hash": statement.hash.hex()}
    return json.dumps({**facts, "signed_by": signed_by.hex(), "signature": given.hex()})


def from_line(line: str, keys: MasterKeys) -> tuple[tuple[str, str], Signed]:
    """Whose chain, and what the line says of it; raises `MalformedCheckpoint`."""
    try:
        facts: Mapping[str, Any] = json.loads(line)
        statement = Statement(
            str(facts["tenant_id"]),
            str(facts["patient_id"]),
            int(facts["link"]),
            bytes.fromhex(facts["hash"]),
            str(facts["made_at"]),
        )
        signed_by, given = bytes.fromhex(facts["signed_by"]), bytes.fromhex(facts["signature"])
    except (ValueError, KeyError, TypeError):
        raise MalformedCheckpoint("not a checkpoint as verify_events writes them") from None
    return (statement.tenant_id, statement.patient_id), checked(statement, signed_by, given, keys)
