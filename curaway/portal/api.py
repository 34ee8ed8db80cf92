"""What the portal asks its own server before anybody is signed in; not part of the API for clients."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Schema

from curaway.api import refuse_in_envelopes
from curaway.errors import RouteUnknown
from curaway.json_body import StorableJson
from curaway.local.issuer import SESSION_TOKEN_SECONDS, LocalIssuer
from curaway.portal.origin import refuse_other_pages
from curaway.portal.personas import Persona, can_be_chosen, chosen, personas
from patients.demo import SHARED, DemoPatient
from patients.errors import PatientUnknown
from patients.services.sample_event import record_sample


class Configuration(Schema):
    """How people sign in here."""

    sign_in: Literal["clerk", "local"]
    clerk_publishable_key: str | None
    tenant_id: str
    personas: list[Persona]
    playground: bool


class Choice(Schema):
    """The invented person to act as."""

    patient_id: str


class Token(Schema):
    """A session token, as long-lived as Clerk's, so that what works with it works with theirs."""

    token: str
    expires_at: datetime


class Sample(Schema):
    """A made-up event that was recorded."""

    event_id: str
    event_type: str
    position: int | None


router = Router()


@router.get("/config", response=Configuration)
def configuration(request: HttpRequest, response: HttpResponse) -> Any:
    """How people sign in at this server; nothing in it is secret."""
    environment = settings.ENVIRONMENT
    response["Cache-Control"] = "no-store"
    return Configuration(
        sign_in="clerk" if environment.clerk_configured else "local",
        clerk_publishable_key=environment.CLERK_PUBLISHABLE_KEY or None,
        tenant_id=SHARED,
        personas=personas(),
        playground=environment.DEBUG and (settings.PORTAL / "playground.html").is_file(),
    )


@router.post("/token", response=Token)
def issue_token(request: HttpRequest, response: HttpResponse, choice: Choice) -> Any:
    """A token to act as an invented person; asked for again before it ends, as Clerk's are."""
    _development_only()
    refuse_other_pages(request)
    persona = _chosen(choice)
    expires = datetime.now(UTC) + timedelta(seconds=SESSION_TOKEN_SECONDS)
    issuer = LocalIssuer(settings.ENVIRONMENT.data_dir)
    response["Cache-Control"] = "no-store"
    return Token(token=issuer.token(persona.subject, expires_in=SESSION_TOKEN_SECONDS), expires_at=expires)


@router.post("/test-event", response=Sample)
def record_test_event(request: HttpRequest, choice: Choice) -> Any:
    """Record a made-up fact about an invented person, for the playground; as `emit_test_event` does."""
    _development_only()
    refuse_other_pages(request)
    event = record_sample("intake_progress_updated", tenant_id=SHARED, patient_id=_chosen(choice).id)
    return Sample(event_id=str(event.id), event_type=event.event_type, position=event.position)


def build() -> NinjaAPI:
    """These routes; they are described nowhere, as only the portal of the same version may rely on them."""
    portal = NinjaAPI(title="Portal", urls_namespace="portal", docs_url=None, openapi_url=None, parser=StorableJson())
    refuse_in_envelopes(portal)
    portal.add_router("", router)
    return portal


def _development_only() -> None:
    if not can_be_chosen():
        raise RouteUnknown


def _chosen(choice: Choice) -> DemoPatient:
    persona = chosen(choice.patient_id)
    if persona is None:
        raise PatientUnknown
    return persona


api = build()
