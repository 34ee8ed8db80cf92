"""The whole journey over HTTP: from registration to hospitals, every fact heard live, every job delivered."""

from __future__ import annotations

from typing import Any

import httpx
from django.core import mail

from events.models import Event, Job
from patients.models import Patient
from tests.patients.uploads import Uploader
from tests.people import People
from tests.stories.journey import CONSENTS
from tests.stories.listener import Listener
from tests.webhooks.callbacks import Callbacks, status_in

ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana@example.com",
    "country": "US",
    "sex": "female",
    "date_of_birth": "1961-04-12",
    "locale": "es",
}


def deliver_all(callbacks: Callbacks, patient: Patient) -> list[str]:
    """The queue delivers what is waiting, and what that causes, until nothing is; the kinds, in order."""
    done = []
    while (
        job := Job.objects.filter(patient_id=patient.id, status="waiting").order_by("created_at").first()
    ) is not None:
        assert status_in(callbacks.send(job.kind, job.message(), timeout=120)) == "done"
        done.append(str(job.kind))
    return done


def test_from_registration_to_hospitals(http: httpx.Client, people: People, callbacks: Callbacks, stream: Any) -> None:
    headers = people.headers(people.issuer.token("user_of_the_whole_journey"))
    registered = http.post("/api/v1/patients", headers=headers, json=ANA)
    assert registered.status_code == 201
    patient = Patient.objects.get(pk=registered.json()["data"]["id"])
    listener = Listener(http, people, patient)
    watching = stream(patient, follow=True)
    watching.connected()
    assert deliver_all(callbacks, patient) == ["notification"]

    def post(path: str, **body: Any) -> Any:
        answer = http.post(f"/api/v1/{path}", headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    for purpose in CONSENTS:
        post("consent", patient_id=patient.id, purpose=purpose, granted=True, policy_version="1")
    (welcome,) = listener.get("messages")
    assert (welcome["role"], welcome["agent_name"], "Ana" in welcome["content"]) == ("agent", "intake", True)

    uploads = Uploader(http, headers, patient.id)
    target = uploads.target()
    uploads.put(target)
    assert uploads.confirm(target).status_code == 202
    assert deliver_all(callbacks, patient) == ["document-parse", "clinical-extract"]

    post(f"patients/{patient.id}/chat", message="Necesito una prótesis de rodilla en Turquía, dentro de 3 meses")
    post(f"patients/{patient.id}/chat", message="No tengo alergias")
    match = post(f"patients/{patient.id}/match")
    assert (match["status"], len(match["providers"]) > 0) == ("completed", True)
    assert deliver_all(callbacks, patient) == ["notification"]

    heard = listener.listen()
    assert listener.knows == listener.fetched()
    assert [watching.next().data["event_type"] for _ in heard] == heard
    steps = [
        *("intake_progress_updated", "agent_response_generated", "document_uploaded", "document_parsed"),
        *("document_analyzed", "chat_data_collected", "match_requested", "match_completed"),
    ]
    assert sorted(steps, key=heard.index) == steps
    assert listener.knows["processing"] == set()
    assert len([message for message in mail.outbox if message.to == [ANA["email"]]]) == 2
    actors = Event.objects.filter(patient_id=patient.id, event_type__in=["consent_granted", "chat_message_sent"])
    assert set(actors.values_list("actor_id", flat=True)) == {"user_of_the_whole_journey"}
    assert set(Job.objects.filter(patient_id=patient.id).values_list("status", flat=True)) == {"done"}
