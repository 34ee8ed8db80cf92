"""A patient's client of the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from django.conf import settings

from patients.models import Patient
from tests.patients.uploads import Uploader
from tests.people import People


class Client:
    """A patient at the API, ready to do something wrong."""

    def __init__(self, http: httpx.Client, people: People, patch: pytest.MonkeyPatch) -> None:
        self.http = http
        self.people = people
        self.patch = patch
        self.patient = people.patient()
        self.headers = people.patient_headers(self.patient)

    def read(self, patient_id: str | None = None, **headers: str) -> httpx.Response:
        path = f"/api/v1/patients/{patient_id or self.patient.id}"
        return self.http.get(path, headers={**self.headers, **headers})

    def change(self, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.put(
            f"/api/v1/patients/{self.patient.id}", headers={**self.headers, **headers}, json=body or {}
        )

    def uploads(self, patient: Patient | None = None) -> Uploader:
        whose = patient or self.patient
        return Uploader(self.http, self.people.patient_headers(whose), whose.id)

    def with_settings(self, **changes: Any) -> None:
        self.patch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, **changes))
