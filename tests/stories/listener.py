"""A client that knows what it once fetched and what it heard since."""

from __future__ import annotations

from typing import Any

import httpx

from patients.models import Patient
from tests.people import People

KINDS = ("conditions", "medications", "allergies", "observations", "procedures")


class Listener:
    """Fetches a summary once; after that it only listens."""

    def __init__(self, http: httpx.Client, people: People, patient: Patient) -> None:
        self.http, self.headers, self.patient = http, people.patient_headers(patient), patient
        self.knows = self.fetched()

    def get(self, what: str) -> Any:
        answer = self.http.get(f"/api/v1/patients/{self.patient.id}/{what}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def fetched(self) -> dict[str, Any]:
        """What a summary says that events say too."""
        summary = self.get("summary")["summary"]
        return {
            "position": summary["position"],
            "documents": {entry["id"]: entry["status"] for entry in summary["documents"]},
            "processing": {entry["id"] for entry in summary["processing"]},
            "progress": summary["intake_progress"]["progress"],
            "categories": summary["intake_progress"]["categories"],
            "resources": {entry["id"] for kind in KINDS for entry in summary[kind]},
            "contested": {entry["id"] for kind in KINDS for entry in summary[kind] if entry["conflict"]},
        }

    def listen(self) -> list[str]:
        """Hear everything that is new; the types of what was heard."""
        heard = self.get(f"events?after={self.knows['position']}&limit=100")["events"]
        for event in heard:
            self._hear(event)
        return [event["event_type"] for event in heard]

    def _hear(self, event: dict[str, Any]) -> None:
        assert event["position"] == self.knows["position"] + 1
        self.knows["position"] = event["position"]
        told, payload = event["event_type"], event["payload"]
        if told.startswith("document_"):
            self._hear_of_document(payload)
        elif told.startswith("match_"):
            self._process(payload["match_id"], payload["stage"] not in ("completed", "failed"))
        elif told == "intake_progress_updated":
            self.knows |= {name: payload[name] for name in ("progress", "categories")}
        else:
            self._hear_of_record(payload)

    def _hear_of_document(self, payload: dict[str, Any]) -> None:
        self.knows["documents"][payload["document_id"]] = payload["status"]
        goes_on = payload["status"] in ("uploaded", "parsing", "analyzing") or payload.get("clinical", False)
        self._process(payload["document_id"], goes_on)

    def _hear_of_record(self, payload: dict[str, Any]) -> None:
        if payload.get("canonical"):
            self.knows["resources"].add(payload["resource_id"])
        self.knows["resources"].update(payload.get("shown", ()))
        self.knows["resources"].difference_update(payload.get("hidden", ()))
        if "kept_resource_id" in payload:
            self.knows["contested"].add(payload["kept_resource_id"])

    def _process(self, what: str, goes_on: bool) -> None:
        (self.knows["processing"].add if goes_on else self.knows["processing"].discard)(what)
