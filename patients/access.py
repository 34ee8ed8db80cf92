"""The one gate: who is asking, in which tenant, for which patient, and may they.

Checked in this order, whatever is asked: token, tenant header, tenant known, caller belongs to it, the patient,
quarantine, role, consent; writes are then counted.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from curaway import context
from curaway.errors import RoleForbidden, TenantHeaderMissing, TenantMismatch, TenantUnknown
from curaway.identity import Identity, Role, verifier
from events import wakeup
from events.disclosure import record_look
from patients import queries
from patients.arriving import NOTHING, Arrival, Besides, arrival
from patients.errors import PatientQuarantined, PatientUnknown
from patients.limits import count_write
from patients.models import Membership, Patient, Tenant

READERS = frozenset({Role.PATIENT, Role.COORDINATOR, Role.ADMIN, Role.PLATFORM_ADMIN})
WRITERS = frozenset({Role.PATIENT, Role.COORDINATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose token was verified, in a tenant they belong to."""

    subject: str
    role: Role
    tenant: Tenant
    asks_for: Patient | None = None
    """The tenant's patient that the address names; whether they may see it is not said by this."""
    besides: Sequence[Any] = ()
    """What was asked besides about that patient."""


def caller(request: HttpRequest, besides: Besides = NOTHING) -> Caller:
    """Who is asking; found once per request. Their tenant and subject are on everything that it causes."""
    known = getattr(request, "auth", None)
    if isinstance(known, Caller):
        return known
    identity = verifier().verify(request.headers.get("Authorization"))
    arrived = _arrival(request, identity, besides)
    _check_belongs(identity, arrived)
    context.amend(tenant_id=arrived.tenant.id, actor_id=identity.subject)
    who = Caller(identity.subject, identity.role, arrived.tenant, arrived.patient, arrived.besides)
    request.auth = who  # type: ignore[attr-defined]
    return who


def reader(request: HttpRequest, patient_id: str) -> tuple[Caller, Patient]:
    """The caller and the patient, when the caller may read it. Of staff, who may read everybody, it is on record before
    they are told anything; raises `EventNotRecorded` when it can't be."""
    who, patient = listener(request, patient_id)
    if who.role is Role.PLATFORM_ADMIN:
        what = request.resolver_match.route.rpartition("/")[2] if request.resolver_match else ""
        kind = "patient" if "<" in what else what
        record_look(kind, patient.id, tenant_id=patient.tenant_id, patient_id=patient.id, by=who.subject)
    return who, patient


def listener(request: HttpRequest, patient_id: str) -> tuple[Caller, Patient]:
    """As `reader`, for a stream, which has an access record of its own."""
    return _admitted(request, patient_id, READERS)


def own(request: HttpRequest) -> Patient:
    """The patient that the caller is; raises `PatientUnknown` before they have registered."""
    who = caller(request)
    patient = Patient.objects.filter(tenant=who.tenant, subject=who.subject).first()
    if patient is None:
        raise PatientUnknown
    return _admitted(request, patient.id, READERS)[1]


def writer(request: HttpRequest, patient_id: str, *, needs: Collection[str] = ()) -> tuple[Caller, Patient]:
    """The caller and the patient, when the caller may change it and the purposes in `needs` are granted."""
    who, patient = _admitted(request, patient_id, WRITERS)
    queries.require_consent(patient, needs)
    _count(who)
    return who, patient


def registrar(request: HttpRequest) -> Caller:
    """The caller, when they may register a patient: themself, or anybody in their organisation's tenant."""
    who = caller(request)
    _check_role(who, WRITERS)
    _count(who)
    return who


def _arrival(request: HttpRequest, identity: Identity, besides: Besides) -> Arrival:
    tenant_id = request.headers.get("X-Tenant-ID", "").strip()
    if not tenant_id:
        raise TenantHeaderMissing
    patient_id = request.resolver_match.kwargs.get("patient_id", "") if request.resolver_match else ""
    # NUL and the like never reach the database, which would call them an error of ours.
    asked = {"tenant_id": tenant_id, "patient_id": patient_id if patient_id.isprintable() else ""}
    found = arrival(subject=identity.subject, besides=besides, **asked) if tenant_id.isprintable() else None
    if found is None:
        raise TenantUnknown
    return found


def _check_belongs(identity: Identity, arrived: Arrival) -> None:
    match identity.role:
        case Role.PLATFORM_ADMIN:
            return
        case Role.PATIENT:
            belongs = arrived.tenant.open_to_patients or arrived.is_patient
        case _:
            belongs = identity.organization == arrived.tenant.organization and _is_member(identity, arrived)
    if not belongs:
        raise TenantMismatch


def _is_member(identity: Identity, arrived: Arrival) -> bool:
    """Whether the organisation's member was not removed here; noted when seen for the first time."""
    if arrived.member_role == identity.role:
        return arrived.removed_at is None
    member, _ = Membership.objects.get_or_create(
        tenant=arrived.tenant, subject=identity.subject, defaults={"role": identity.role}
    )
    if member.role != identity.role:
        Membership.objects.filter(tenant=arrived.tenant, subject=identity.subject).update(role=identity.role)
        # Their streams were opened with the former one.
        wakeup.ring(wakeup.AccessChanged(arrived.tenant.id, None))
    return member.removed_at is None


def _admitted(request: HttpRequest, patient_id: str, roles: Collection[Role]) -> tuple[Caller, Patient]:
    who = caller(request)
    patient = _visible(who, patient_id)
    context.amend(locale=patient.locale)
    if patient.quarantined:
        raise PatientQuarantined
    _check_role(who, roles)
    return who, patient


def _visible(who: Caller, patient_id: str) -> Patient:
    patient = who.asks_for
    if patient is None or patient.id != patient_id:
        patient = queries.patient(who.tenant.id, patient_id) if "\x00" not in patient_id else None
    if patient is None or (who.role is Role.PATIENT and patient.subject != who.subject):
        raise PatientUnknown
    return patient


def _check_role(who: Caller, roles: Collection[Role]) -> None:
    if who.role not in roles:
        raise RoleForbidden


def _count(who: Caller) -> None:
    count_write(who.subject, limit=settings.ENVIRONMENT.RATE_LIMIT_WRITES, now=time.time())
