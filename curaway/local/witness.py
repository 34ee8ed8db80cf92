"""What a stream told somebody: whether anything was missing, and what became of a document."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from curaway.local.event_stream import Frame

_ENDS: Final = ("analyzed", "failed")


class Witness:
    """Notes every frame of one patient's stream, over all its connections."""

    def __init__(self) -> None:
        self.document_id: str | None = None
        """The document to look out for, once it is known."""
        self.document_ended = asyncio.Event()
        self.journey_ended = False
        """Whether every step was made that the journey has."""
        self.first: int | None = None
        self.last: int | None = None
        self.holes: list[str] = []
        self.reason = ""
        self._documents: dict[str, dict[str, Any]] = {}

    def look_out_for(self, document_id: str) -> None:
        """The document to wait for; it may have come to its end already."""
        self.document_id = document_id
        if self._has_ended():
            self.document_ended.set()

    def note(self, frame: Frame) -> None:
        """Take in one frame."""
        if frame.event == "connected":
            self._connected(frame.data)
        elif frame.event == "done":
            self.reason = frame.data["reason"]
        else:
            self._happened(frame.data)

    @property
    def document(self) -> dict[str, Any]:
        """The newest facts about the document; empty before the first."""
        return self._documents.get(self.document_id or "", {})

    @property
    def waits(self) -> bool:
        """Whether the document is on its way."""
        return self.document_id is not None and not self._has_ended()

    @property
    def read(self) -> bool:
        """Whether the document's text is there."""
        return "characters" in self.document

    def problem(self) -> str:
        """What went wrong, as a sentence; empty when the document came to its end and nothing was missing."""
        if self.holes:
            return f"Positions are not dense: {', '.join(self.holes)}."
        if self.document.get("status") == "failed":
            return f"The document failed: {self.document['reason']}"
        if not self._has_ended():
            return f"The stream ended ({self.reason}) before the document was analyzed."
        if not self.journey_ended:
            return f"The stream ended ({self.reason}) before the journey did."
        return ""

    def _has_ended(self) -> bool:
        """A text that says nothing clinical is not analyzed: being read is its end."""
        status = self.document.get("status")
        return status in _ENDS or (status == "parsed" and not self.document.get("clinical"))

    def _connected(self, facts: dict[str, Any]) -> None:
        if self.last is None:
            self.first = self.last = facts["position"]
        elif facts["position"] != self.last:
            self.holes.append(f"resumed at {facts['position']} after {self.last}")
            self.last = facts["position"]

    def _happened(self, facts: dict[str, Any]) -> None:
        position = facts["position"]
        if self.last is None or position != self.last + 1:
            self.holes.append(f"{position} after {self.last}")
        self.last = position
        payload = facts["payload"]
        if payload.get("document_id") and "status" in payload:
            self._documents.setdefault(payload["document_id"], {}).update(payload)
            if self._has_ended():
                self.document_ended.set()
