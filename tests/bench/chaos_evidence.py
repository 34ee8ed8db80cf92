"""What a run without any mistake would leave: two patients, a document each, who listens, and who may not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from bench.chaos.checks import Evidence
from bench.chaos.checks.record import COUNTED
from bench.chaos.checks.table import Event, Job, Table
from bench.chaos.checks.vocabulary import STREAMED_AS
from bench.chaos.digest import digests
from bench.chaos.tokens import Person
from bench.chaos.viewer import Viewer

TENANT = "tenant-one"
ANNA, BEN = "pat_anna", "pat_ben"
ADMIN = Person("user_admin", TENANT, platform_admin=True)


MARKS = {ANNA: "zqaaaaaaaaaaaa", BEN: "zqbbbbbbbbbbbb"}


def told(viewer: Viewer, said: str, **facts: Any) -> dict[str, Any]:
    return {"at": 1001.0, "viewer": viewer.name, "said": said, **facts}


def heard(viewer: Viewer, event: Event) -> dict[str, Any]:
    """The note of a frame as it should be."""
    return told(
        viewer,
        "event",
        name=STREAMED_AS[event.type],
        id=str(event.position),
        position=event.position,
        event=event.id,
        type=event.type,
        correlation=event.correlation,
        payload=digests(event.payload),
        marks=[MARKS[str(event.patient)]] if STREAMED_AS[event.type] == "document_update" else [],
    )


def connection(viewer: Viewer, after: int | None, events: Iterable[Event], *, head: int) -> list[dict[str, Any]]:
    """The notes of one connection."""
    position = head if after is None else after
    facts = {"patient_id": viewer.patient, "position": position, "head": head, "resumed": after is not None}
    return [
        told(viewer, "asked", after=after),
        told(viewer, "connected", id=str(position), reset=None, **facts, **state_of(viewer.patient, head)),
        *(heard(viewer, event) for event in events),
    ]


def state_of(patient: str, head: int) -> dict[str, Any]:
    """What is noted of a state."""
    return {"state": f"{patient}@{head}", "at_position": head, "marks": [MARKS[patient]], "names": [f"doc_{patient}"]}


def page(viewer: Viewer, after: int, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The notes of one page of the long poll."""
    position = events[-1].position if events else after
    asked = told(viewer, "asked", after=after)
    return [asked, *(heard(viewer, event) for event in events), told(viewer, "page", position=position)]


def created(name: str, document: str | None, kind: str = "Condition") -> tuple[str, dict[str, Any]]:
    payload = {"resource_id": name, "resource_type": kind, "document_id": document, "display": "Gout, unspecified"}
    return "fhir_resource_created", payload


def extracted(document: str | None, **counts: int) -> tuple[str, dict[str, Any]]:
    return "clinical_entities_extracted", {"document_id": document, **dict.fromkeys(COUNTED.values(), 0), **counts}


def document_of(patient: str) -> list[tuple[str, dict[str, Any]]]:
    """A document's way, as the log tells it."""
    name = f"doc_{patient}"
    return [
        ("document_uploaded", {"document_id": name, "status": "uploaded"}),
        ("document_parsing", {"document_id": name, "status": "parsing"}),
        ("document_parsed", {"document_id": name, "status": "parsed", "clinical": True}),
        ("document_analyzing", {"document_id": name, "status": "analyzing"}),
        created(f"res_{patient}", name),
        extracted(name, conditions=1),
        ("document_analyzed", {"document_id": name, "status": "analyzed"}),
    ]


class Story:
    """Evidence that can be doctored: its parts are lists, `evidence()` puts them together."""

    def __init__(self) -> None:
        self._ids = count(1)
        self.events: list[Event] = []
        self.jobs: list[Job] = []
        for patient in (ANNA, BEN):
            for kind, payload in document_of(patient):
                self.record(patient, kind, payload)
        self.resources = {f"res_{ANNA}", f"res_{BEN}"}
        self.documents = {f"doc_{ANNA}": "analyzed", f"doc_{BEN}": "analyzed"}
        self.own = self._viewer("own", ANNA, Person("user_anna", TENANT))
        self.late = self._viewer("from now", ANNA, ADMIN, since=None)
        self.narrow = self._viewer("narrow", ANNA, ADMIN, types=("ehr_update",))
        self.stranger = self._viewer("stranger", ANNA, Person("user_ben", TENANT), allowed=False)
        self.polling = self._viewer("polling", ANNA, ADMIN, how="poll")
        self.viewers = [self.own, self.late, self.narrow, self.polling, self.stranger]
        anna = self.stream(ANNA)
        self.notes = {
            "own": [
                *connection(self.own, 0, anna[:4], head=4),
                told(self.own, "broken", why="ReadError"),
                *connection(self.own, 4, anna[4:], head=7),
            ],
            "late": connection(self.late, None, anna[3:], head=3),
            "narrow": connection(self.narrow, 0, anna[4:6], head=0),
            "polling": [*page(self.polling, 0, anna[:4]), *page(self.polling, 4, anna[4:]), *page(self.polling, 7, [])],
            "stranger": [told(self.stranger, "refused", status=404)],
        }
        self.transactions: list[dict[str, Any]] = []
        self.acts: list[dict[str, Any]] = []
        self.mails: list[dict[str, Any]] = []
        self.harmful: list[tuple[float, float]] = []
        self.notifications: dict[str, str] = {}

    def record(self, patient: str, kind: str, payload: dict[str, Any], *, correlation: str = "cor") -> Event:
        """Add an event, with the jobs that it causes, done."""
        number = next(self._ids)
        position = len(self.stream(patient)) + 1 if kind in STREAMED_AS else None
        event = Event(f"event-{number}", kind, TENANT, patient, payload, correlation, position, 1000.0 + number)
        self.events.append(event)
        causes = {"document_uploaded": "document-parse", "document_parsed": "clinical-extract"}
        if kind in causes:
            body = {"document_id": payload["document_id"]}
            self.jobs.append(Job(f"job-{number}", causes[kind], "done", event.id, body))
        return event

    def stream(self, patient: str) -> list[Event]:
        return [event for event in self.events if event.patient == patient and event.position is not None]

    def evidence(self) -> Evidence:
        return Evidence(
            viewers=self.viewers,
            heard=[note for notes in self.notes.values() for note in notes],
            transactions=self.transactions,
            acts=self.acts,
            mails=self.mails,
            harmful=self.harmful,
            marks=MARKS,
            table=self._table(),
        )

    def _table(self) -> Table:
        heads = {(TENANT, patient): len(self.stream(patient)) for patient in (ANNA, BEN)}
        return Table(self.events, self.jobs, heads, self.documents, {}, self.notifications, frozenset(self.resources))

    @staticmethod
    def _viewer(name: str, patient: str, person: Person, **how: Any) -> Viewer:
        return Viewer(name=name, patient=patient, tenant=TENANT, person=person, **how)


def without(notes: Sequence[dict[str, Any]], position: int) -> list[dict[str, Any]]:
    """A transcript in which this event never came."""
    return [note for note in notes if not (note["said"] == "event" and note["position"] == position)]
