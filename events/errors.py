"""What the log and the stream refuse."""

from __future__ import annotations

from curaway.errors import AppError


class EventNotRecorded(AppError):
    """The event does not match its declared payload, or could not be written; nothing was changed."""

    code = "EVENT_EMIT_001"
    status = 500


class StreamUnavailable(AppError):
    """The stream could not be opened; try again after the time in Retry-After."""

    code = "SSE_CONNECTION_001"
    status = 503
