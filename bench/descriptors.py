"""File descriptors: every stream is one here and one in the server."""

from __future__ import annotations

import resource


def allowed_descriptors() -> int:
    """How many this process may open, once it has asked for all it can have; its children inherit that."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
