"""A patient, and somebody who uploads for them."""

from __future__ import annotations

import httpx
import pytest

from patients.models import Patient
from tests.patients.uploads import Uploader
from tests.people import People


@pytest.fixture
def patient(people: People) -> Patient:
    return people.patient()


@pytest.fixture
def uploader(http: httpx.Client, people: People, patient: Patient) -> Uploader:
    return Uploader(http, people.patient_headers(patient), patient.id)
