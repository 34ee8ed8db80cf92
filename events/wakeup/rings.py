"""What a ring says, and how it is written: ids and a number, and nothing about a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from curaway import log

logger = log.get(__name__)


class Grown(NamedTuple):
    """A patient's stream has grown to `position`."""

    tenant_id: str
    patient_id: str
    position: int


class AccessChanged(NamedTuple):
    """Who may see a tenant's patient changed; every open stream of it is checked again. None: all patients."""

    tenant_id: str
    patient_id: str | None


class OrdersGiven(NamedTuple):
    """Operators have ordered something of processes: every one looks for its own."""


Ring = Grown | AccessChanged | OrdersGiven

SHAPES: Mapping[tuple[Any, ...], Callable[..., Ring]] = {
    ("Grown", str, str, int): Grown,
    ("AccessChanged", str, str): AccessChanged,
    ("AccessChanged", str, type(None)): AccessChanged,
    ("OrdersGiven",): OrdersGiven,
}
"""Every process hears every ring: a look-up is a third of what matching patterns takes."""


def encode(what: Ring) -> str:
    return json.dumps([type(what).__name__, *what])


def decode(message: str) -> Ring | None:
    """The ring, or None when it is not one of ours: a newer version's, or somebody's message by hand."""
    try:
        name, *facts = json.loads(message)
        kind = SHAPES.get((name, *map(type, facts)))
    except (ValueError, TypeError, RecursionError):
        kind = None
    if kind is None:
        logger.warning("wakeup_not_understood")
        return None
    return kind(*facts)
