"""The log of facts, and how it is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from events.emit import aemit_event, emit_event

__all__ = ["aemit_event", "emit_event"]


def __getattr__(name: str) -> Any:
    # Django imports this package before its models may be loaded, so the import waits for the first use.
    if name in __all__:
        from events import emit

        return getattr(emit, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
