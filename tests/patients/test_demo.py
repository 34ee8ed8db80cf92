"""The demo's people, and tokens for them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from curaway.identity import Identity, Role, verifier
from events.models import Event
from patients import queries
from patients.demo import PATIENTS, SHARED
from patients.models import REQUIRED_PURPOSES, Patient
from tests.people import People

MARIA = "demo-patient-maria-001"


@pytest.fixture(scope="module")
def logins(database: None) -> str:
    return run("seed_demo")


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def who(*arguments: str) -> Identity:
    return verifier().verify(f"Bearer {run('issue_token', *arguments).splitlines()[-1]}")


def test_the_demo_is_made_once_and_streams_nothing(logins: str) -> None:
    before = Event.objects.count()
    again = run("seed_demo")
    assert again.splitlines() == [line for line in logins.splitlines() if "password" in line]
    assert Event.objects.count() == before
    facts = Event.objects.filter(patient_id__in=[patient.id for patient in PATIENTS])
    assert {fact.event_type for fact in facts} == {"patient_registered", "consent_granted"}


def test_maria_has_consented_and_aisha_is_quarantined(logins: str) -> None:
    maria = Patient.objects.get(id=MARIA)
    assert (maria.tenant_id, maria.locale, queries.granted(maria)) == (SHARED, "es", set(REQUIRED_PURPOSES))
    assert Patient.objects.get(id="demo-patient-aisha-001").quarantined


def test_support_sees_what_happened_and_nobodys_health(logins: str) -> None:
    admin, support = (User.objects.get(username=name) for name in ("admin", "support"))
    assert (admin.is_superuser, admin.is_staff) == (True, True)
    assert support.has_perms(["events.view_event", "events.view_job"])
    assert not support.has_perm("events.view_phi")
    for user in (admin, support):
        (line,) = [line for line in logins.splitlines() if line.startswith(f"{user.username}: ")]
        assert user.check_password(line.split()[-1])
    assert (settings.ENVIRONMENT.data_dir / "keys" / "demo-logins.json").stat().st_mode & 0o777 == 0o600


def test_a_token_says_who_it_is_for(logins: str) -> None:
    assert (who("--patient", MARIA).subject, who("--subject", "user_x").subject) == (
        Patient.objects.get(id=MARIA).subject,
        "user_x",
    )
    coordinator = who("--coordinator", "--tenant", "tenant-apollo-001")
    assert (coordinator.role, coordinator.organization) == (Role.COORDINATOR, "org_tenant_apollo_001")
    assert who("--org-admin").role == Role.ADMIN
    assert who("--platform-admin").role == Role.PLATFORM_ADMIN


@pytest.mark.parametrize("arguments", [("--patient", "nobody"), ("--coordinator", "--tenant", "tenant-none")])
def test_no_token_is_made_for_nobody(logins: str, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("issue_token", *arguments)


def test_a_patient_without_a_user_has_no_token(people: People) -> None:
    patient = people.patient()
    Patient.objects.filter(id=patient.id).update(subject=None, updated_at=timezone.now())
    with pytest.raises(CommandError):
        run("issue_token", "--patient", patient.id)


@pytest.mark.parametrize("given", [{"CLERK_JWT_KEY": "a key"}, {"DEBUG": False}])
def test_no_token_is_made_where_it_would_not_be_trusted(
    given: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, **given))
    with pytest.raises(CommandError, match=r"Clerk is configured|DEBUG is off"):
        run("issue_token", "--subject", "user_x")
