"""The grammar of the registry: what a class must say to be a kind of fact, checked when it is imported."""

from __future__ import annotations

import inspect
import string
import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeVar

from ninja import Schema
from pydantic import ConfigDict

T = TypeVar("T")


class _ProtectedHealthInformation:
    """Marks a field whose value is about a person's identity or health."""


PHI = Annotated[T, _ProtectedHealthInformation()]
"""`PHI[str]`: a field that logs, exports, analytics and the admin's audit sentence never show."""

REGISTRY: dict[str, type[EventPayload]] = {}
"""Stored event type → the class that declares it, in the order of declaration."""


class MalformedEvent(TypeError):
    """A class of the registry breaks its grammar; the message says which rule and how to mend it."""


class EventPayload(Schema):
    """The payload of one kind of fact. Subclass it once per event type.

    Class attributes are the facts about the kind: `records` (the event type), `streams_as` (the name it is
    streamed under; None when it is recorded only), `causes` (the jobs its recording puts into the outbox),
    `causes_if` (a job → the field on which it depends: true or false, or a count), `notifies` (the kind of mail
    that the job `notification` sends), `audit` (a sentence for auditors, which may quote fields that are not PHI) and
    `audit_without` (the sentence where one of those is null). The docstring documents it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: ClassVar[StrEnum]
    streams_as: ClassVar[StrEnum | None] = None
    causes: ClassVar[tuple[StrEnum, ...]] = ()
    causes_if: ClassVar[Mapping[StrEnum, str]] = {}
    notifies: ClassVar[str | None] = None
    audit: ClassVar[str]
    audit_without: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "records" not in cls.__dict__:
            return
        _check_words(cls)
        _check_audit(cls)
        _check_jobs(cls)
        _check_conditions(cls)
        if cls.records in REGISTRY:
            raise MalformedEvent(f"{cls.__name__}: {REGISTRY[cls.records].__name__} records {cls.records} already")
        REGISTRY[cls.records] = cls

    @classmethod
    def phi_fields(cls) -> frozenset[str]:
        """Names of the top-level fields marked `PHI[…]`."""
        return frozenset(
            name
            for name, info in cls.model_fields.items()
            if any(isinstance(mark, _ProtectedHealthInformation) for mark in info.metadata)
        )

    def jobs(self) -> tuple[StrEnum, ...]:
        """The jobs that this very fact causes."""
        return tuple(job for job in self.causes if job not in self.causes_if or getattr(self, self.causes_if[job]))

    def job_body(self, job: StrEnum, event_id: uuid.UUID) -> dict[str, Any]:
        """What the job needs to know of this fact besides whose it is: ids only, never PHI."""
        if job == NOTIFICATION:
            about = {name: getattr(self, name) for name in NOTIFIED_ABOUT if name in type(self).model_fields}
            return {"notification_id": notification_id(event_id), "kind": self.notifies, **about}
        return {name: getattr(self, name) for name in JOB_CARRIES[job]}


NOTIFICATION = "notification"

JOB_CARRIES: Mapping[str, tuple[str, ...]] = {
    "document-parse": ("document_id",),
    "clinical-extract": ("document_id",),
    NOTIFICATION: (),
}
"""Job → the payload fields its body is made of."""

NOTIFIED_ABOUT = ("document_id", "match_id")
"""The payload fields that a notification may be about; its body carries those that the fact has."""


def notification_id(event_id: uuid.UUID) -> str:
    """The id of the notification that a fact causes: the same however often its job is published."""
    return f"ntf_{event_id.hex}"


def quoted(sentence: str) -> list[str]:
    """The fields that an audit sentence names."""
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]


def _check_words(cls: type[EventPayload]) -> None:
    if not inspect.cleandoc(cls.__dict__.get("__doc__") or ""):
        raise MalformedEvent(f"{cls.__name__} needs a docstring of its own: it is the event's documentation")
    if not cls.__dict__.get("audit"):
        raise MalformedEvent(f"{cls.__name__} needs an audit sentence: audit = '… {{document_id}}'")


def _check_audit(cls: type[EventPayload]) -> None:
    for name in quoted(cls.audit + cls.audit_without):
        if name not in cls.model_fields:
            raise MalformedEvent(f"{cls.__name__}: the audit sentence names {name!r}, which is not a field")
        if name in cls.phi_fields():
            raise MalformedEvent(f"{cls.__name__}: the audit sentence names {name!r}, which is PHI")


def _check_jobs(cls: type[EventPayload]) -> None:
    for job in cls.causes:
        if job not in JOB_CARRIES:
            raise MalformedEvent(f"{cls.__name__} causes {job!r}, which is no job")
        missing = [name for name in JOB_CARRIES[job] if name not in cls.model_fields]
        if missing:
            raise MalformedEvent(f"{cls.__name__} causes {job}, which needs the fields {', '.join(missing)}")
    if (NOTIFICATION in cls.causes) != (cls.notifies is not None):
        raise MalformedEvent(f"{cls.__name__}: causing {NOTIFICATION} and saying what it `notifies` go together")


def _check_conditions(cls: type[EventPayload]) -> None:
    for job, name in cls.causes_if.items():
        if job not in cls.causes:
            raise MalformedEvent(f"{cls.__name__} says on what {job} depends, which it does not cause")
        if name not in cls.model_fields or cls.model_fields[name].annotation not in (bool, int):
            raise MalformedEvent(f"{cls.__name__} causes {job} if {name!r}, which is not a true-or-false field")
