"""What a stream told somebody: whether anything was missing, and what became of a document."""

from __future__ import annotations

from typing import Any, Final

from curaway.local.event_stream import Frame

_READ: Final = ("parsed", "analyzing", "analyzed")


class Witness:
    """Notes every frame of one patient's stream, over all its connections."""

    def __init__(self) -> None:
        self.document_id: str | None = None
        """The document to look out for, once it is known."""
        self.first: int | None = None
        self.last: int | None = None
        self.holes: list[str] = []
        self.reason = ""
        self._documents: dict[str, dict[str, Any]] = {}

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
        return self.document_id is not None and self.document.get("status") not in (*_READ, "failed")

    def problem(self) -> str:
        """What went wrong, as a sentence; empty when the document was read and nothing was missing."""
        if self.holes:
            return f"Positions are not dense: {', '.join(self.holes)}."
        if self.document.get("status") == "failed":
            return f"The document could not be read: {self.document['reason']}"
        if self.document.get("status") not in _READ:
            return f"The stream ended ({self.reason}) before the document was read."
        return ""

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
