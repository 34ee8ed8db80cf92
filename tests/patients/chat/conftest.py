"""A patient and one of their devices."""

from __future__ import annotations

import httpx
import pytest

from patients.models import Patient
from tests.patients.chat.talk import Device
from tests.people import People


@pytest.fixture
def patient(people: People) -> Patient:
    return people.patient(country="US", email="test@example.com")


@pytest.fixture
def device(http: httpx.Client, people: People, patient: Patient) -> Device:
    return Device(http, people, patient)
