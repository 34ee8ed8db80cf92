"""Every route of the API, taken from its own description: a new one can't be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from curaway.api import api
from curaway.openapi import WRITES

VALUES = {"resource_type": "Condition"}
"""Parts of a path besides the patient."""


class Target(NamedTuple):
    """Whom a request is about: a patient's id, and the id of a document of theirs."""

    patient_id: str
    document_id: str


def decision(of: Target) -> Any:
    return {"patient_id": of.patient_id, "purpose": "analytics", "granted": True, "policy_version": "1"}


def upload(of: Target) -> Any:
    return {
        "patient_id": of.patient_id,
        "filename": "knee.pdf",
        "content_type": "application/pdf",
        "size": 2048,
    }


BODIES: Mapping[tuple[str, str], Callable[[Target], Any]] = {
    ("POST", "/api/v1/patients"): lambda _: {"first_name": "Ana", "last_name": "Ruiz"},
    ("PUT", "/api/v1/patients/{patient_id}"): lambda _: {"locale": "es"},
    ("POST", "/api/v1/consent"): decision,
    ("POST", "/api/v1/uploads/presign"): upload,
    ("POST", "/api/v1/uploads/confirm"): lambda of: {"document_id": of.document_id},
    ("POST", "/api/v1/patients/{patient_id}/chat"): lambda _: {"message": "Hello"},
}
"""What a route that takes a body is sent; whom it is about stands in the path or in here."""


class Route(NamedTuple):
    """One operation of the API; `success` is what it is answered with when nothing is refused."""

    method: str
    path: str
    takes_body: bool
    success: int

    @property
    def names_patient(self) -> bool:
        """Whether a request says whom it is about."""
        here, there = (str(self.body(Target(name, name))) for name in ("one", "another"))
        return "{patient_id}" in self.path or here != there

    @property
    def names_document(self) -> bool:
        """Whether it says so by a document alone."""
        return "document_id" in str(self.body(Target("", ""))) and "patient_id" not in str(self.body(Target("", "")))

    @property
    def writes(self) -> bool:
        return self.method.lower() in WRITES

    def address(self, of: Target) -> str:
        return self.path.format(patient_id=of.patient_id, **VALUES)

    def body(self, of: Target) -> Any:
        return BODIES[self.method, self.path](of) if self.takes_body else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes() -> list[Route]:
    """All of them; raises `KeyError` naming a route whose body nobody has written down in `BODIES`."""
    found = [
        Route(method.upper(), path, "requestBody" in operation, _success(operation))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    ]
    missing = {(route.method, route.path) for route in found if route.takes_body} - BODIES.keys()
    if missing:
        raise KeyError(f"no body for {sorted(missing)}: add it to tests.isolation.routes.BODIES")
    return found


def _success(operation: Mapping[str, Any]) -> int:
    return min(int(status) for status in operation["responses"] if str(status).startswith("2"))
