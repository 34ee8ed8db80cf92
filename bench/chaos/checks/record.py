"""What was taken from documents and messages into the record is told once, and is as much as was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bench.chaos.checks.table import Event
from bench.chaos.checks.violation import Violation

COUNTED = {
    "Condition": "conditions",
    "MedicationStatement": "medications",
    "AllergyIntolerance": "allergies",
    "Observation": "observations",
    "Procedure": "procedures",
}
"""Type of a resource → where it is counted."""


def check_record(events: Iterable[Event]) -> Iterator[Violation]:
    """A document speaks for itself, so each thing it says is a resource; a patient's messages are one voice, and what
    it has said before makes none."""
    events = list(events)
    yield from _extracted(events)
    yield from _moved(events)


def _extracted(events: Iterable[Event]) -> Iterator[Violation]:
    counted, made = _counted(events), _made(events)
    for source in made.keys() | counted.keys():
        if source not in counted:
            yield Violation("what was taken from somewhere is counted", source)
        elif not _fits(source, made.get(source, Counter()), counted[source]):
            yield Violation("as much is created as was counted", source)


def _counted(events: Iterable[Event]) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {}
    for event in events:
        if event.type == "clinical_entities_extracted":
            counts = {kind: event.payload[kind] for kind in COUNTED.values()}
            counted.setdefault(_source(event), Counter()).update(counts)
    return counted


def _made(events: Iterable[Event]) -> dict[str, Counter[str]]:
    """Also none, of a document that was analyzed."""
    made: dict[str, Counter[str]] = {}
    for event in events:
        if event.type in ("fhir_resource_created", "document_analyzed"):
            of = made.setdefault(_source(event), Counter())
            if event.type == "fhir_resource_created":
                of[COUNTED[event.payload["resource_type"]]] += 1
    return made


def _source(event: Event) -> str:
    """The document, or what was done with the message: its correlation id."""
    return event.payload["document_id"] or event.correlation


def _fits(source: str, made: Counter[str], counted: Counter[str]) -> bool:
    return made == counted if source.startswith("doc_") else Counter() != made <= counted


def _moved(events: Iterable[Event]) -> Iterator[Violation]:
    """Each progress begins where the one before has ended. Those of the run's own writers have no categories."""
    last: dict[tuple[str, str | None], float] = {}
    for event in events:
        if event.type == "intake_progress_updated" and event.payload["categories"]:
            whose = (event.tenant, event.patient)
            if event.payload["previous"] != last.get(whose, event.payload["previous"]):
                yield Violation("the intake moves on from where it was", f"{event.patient}, position {event.position}")
            last[whose] = event.payload["progress"]
