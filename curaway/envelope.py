"""The envelope every JSON answer of the API comes in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from ninja import Schema
from pydantic import Field

from curaway import context
from curaway.errors import AppError

T = TypeVar("T")


class Meta(Schema):
    """About the answer: quote `request_id` when you report a problem."""

    request_id: str = Field(description="The request's correlation id.")
    timestamp: str = Field(description="When it was answered: ISO 8601, UTC.")
    api_version: str


class Problem(Schema):
    """One reason for a refusal; it never repeats what was sent."""

    code: str
    message: str
    field: str | None = None
    reason: str | None = None


class Envelope(Schema, Generic[T]):
    """A successful answer; `errors` is empty."""

    data: T
    meta: Meta
    errors: list[Problem] = Field(max_length=0)


class Refusal(Schema):
    """A refused request: no data, at least one reason."""

    data: None
    meta: Meta
    errors: list[Problem] = Field(min_length=1)


def answer(data: Any) -> dict[str, Any]:
    """The envelope of a successful answer to the request being served."""
    return {"data": data, "meta": _meta(), "errors": []}


def refusal(error: AppError) -> dict[str, Any]:
    """The envelope of a refusal of the request being served."""
    return {"data": None, "meta": _meta(), "errors": error.entries()}


def _meta() -> dict[str, str]:
    serving = context.current()
    return {
        "request_id": serving.correlation_id,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "api_version": serving.api_version,
    }
