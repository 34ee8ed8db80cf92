"""What the contract answers, said a second time and by nothing but the contract: the order of its checks, its roles.

It shares no code with the server's gate.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.isolation.routes import Route
from tests.people import SHARED

APOLLO = "tenant-apollo-001"
READS = {"patient", "org:coordinator", "org:admin", "curaway_admin"}
WRITES = {"patient", "org:coordinator", "org:admin"}


class Asker(NamedTuple):
    """Somebody at home in the shared tenant; `own` is the patient who they are, for patients."""

    role: str
    own: str | None = None


class About(NamedTuple):
    """A patient as the asker knows them; an unknown one has no tenant."""

    name: str
    tenant: str | None
    quarantined: bool = False


Answer = tuple[int, str | None]


def answer(route: Route, asker: Asker, tenant: str | None, about: About) -> Answer:
    """The status, and the code of a refusal, for a good token; `tenant` is what the header says."""
    refused = _tenant(asker, tenant) or (_patient(route, asker, tenant, about) if route.names_patient else None)
    return refused or _role(route, asker) or _rest(route, asker)


def _tenant(asker: Asker, tenant: str | None) -> Answer | None:
    if tenant is None:
        return 400, "TENANT_HEADER_MISSING_001"
    if tenant not in (SHARED, APOLLO):
        return 404, "TENANT_NOT_FOUND_001"
    at_home = tenant == SHARED or asker.role == "curaway_admin"
    return None if at_home else (403, "TENANT_MISMATCH_001")


def _patient(route: Route, asker: Asker, tenant: str | None, about: About) -> Answer | None:
    visible = about.tenant == tenant and (asker.role != "patient" or about.name == asker.own)
    if not visible:
        return 404, "DOCUMENT_NOT_FOUND_001" if route.names_document else "PATIENT_NOT_FOUND_001"
    return (423, "PATIENT_QUARANTINED_001") if about.quarantined else None


def _role(route: Route, asker: Asker) -> Answer | None:
    if route.path.endswith("/me") and asker.own is None:
        return 404, "PATIENT_NOT_FOUND_001"
    allowed = WRITES if route.writes else READS
    return None if asker.role in allowed else (403, "AUTH_UNAUTHORIZED_001")


def _rest(route: Route, asker: Asker) -> Answer:
    registers = (route.method, route.path) == ("POST", "/api/v1/patients")
    return (409, "PATIENT_EXISTS_001") if registers and asker.role == "patient" else (route.success, None)
