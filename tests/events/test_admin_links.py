"""Every link that a list of the admin shows leads somewhere."""

import html
import re
import uuid
from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from events.access_records.models import AccessRecord
from tests.events.history import TENANT, patient_id, said, uploaded
from tests.events.outbox import new_job
from tests.staff import superuser

pytestmark = pytest.mark.usefixtures("database")

NOT_FOLLOWED = re.compile(r"^(?:#|/static/|mailto:|https?:)")
"""Places on the page, files, and other servers' pages."""


@pytest.fixture(scope="module")
def rows(database):
    """Something in each list of the log, and access records of two days, so that one is to be chosen."""
    uploaded()
    said(patient_id())
    new_job()
    for day in (1, 2):
        AccessRecord.objects.create(
            tenant_id=TENANT,
            patient_id=patient_id(),
            actor_id="user_1",
            role="patient",
            correlation_id="links",
            process=uuid.uuid4(),
            process_name="host:1",
            position_from=1,
            opened_at=timezone.now().replace(year=2020, month=3, day=day),
        )


@pytest.mark.parametrize("listed", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_link_of_a_list_is_answered(rows, people, listed):
    people.patient()
    client = superuser()
    page = reverse(f"admin:{listed._meta.app_label}_{listed._meta.model_name}_changelist")
    links = links_of(page, client.get(page))
    assert links
    assert {link: status for link in links if (status := client.get(link).status_code) not in (200, 302)} == {}


def test_the_lists_are_named_in_english(database):
    index = superuser().get("/admin/").content.decode()
    assert ">Matches<" in index
    assert ">FHIR resources<" in index


def links_of(page, answer):
    found = (html.unescape(link) for link in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', answer.content.decode()))
    return sorted({urljoin(page, link) for link in found if not NOT_FOLLOWED.match(link)})
