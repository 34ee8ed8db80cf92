"""Who looks at which patient's stream."""

from __future__ import annotations

from typing import NamedTuple

from events.log import StreamKey


class Viewer(NamedTuple):
    """A caller at a patient's stream: `subject` is the token's `sub`, `role` the contract's role."""

    key: StreamKey
    subject: str
    role: str
