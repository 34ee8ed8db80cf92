"""Talking to the agent over HTTP, as a patient's device does."""

from __future__ import annotations

from typing import Any

import httpx

from patients.models import Patient
from tests.people import People


class Device:
    """One of a patient's devices."""

    def __init__(self, http: httpx.Client, people: People, patient: Patient, *, locale: str | None = None) -> None:
        self.http = http
        self.patient = patient
        self.headers = people.patient_headers(patient)
        self.context = {"current_view": "chat", **({"locale": locale} if locale else {})}

    def post(self, message: Any, *, attachments: list[str] | None = None, **headers: str) -> httpx.Response:
        return self.http.post(
            f"/api/v1/patients/{self.patient.id}/chat",
            headers={**self.headers, **headers},
            json={"message": message, "attachments": attachments or [], "context": self.context},
        )

    def say(self, message: str, **options: Any) -> dict[str, Any]:
        answer = self.post(message, **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    def thread(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.page(**query)["data"])

    def page(self, **query: Any) -> dict[str, Any]:
        answer = self.http.get(
            f"/api/v1/patients/{self.patient.id}/messages", headers=self.headers, params=query or None
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def summary(self) -> dict[str, Any]:
        answer = self.http.get(f"/api/v1/patients/{self.patient.id}/summary", headers=self.headers)
        return dict(answer.json()["data"]["summary"])


def asks(answer: dict[str, Any]) -> list[str]:
    """Names of the topics an answer asks about."""
    actions = [one["action"].partition(":") for one in answer["suggested_actions"]]
    return sorted({topic for kind, _, topic in actions if kind in ("answer", "skip")})


def questions(answer: dict[str, Any]) -> int:
    return sum(answer["content"].count(mark) for mark in "?؟")
