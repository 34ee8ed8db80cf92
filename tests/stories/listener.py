"""A client that knows what it once fetched and what it heard since."""

from __future__ import annotations

from typing import Any

import httpx

from patients.models import Patient
from tests.people import People

UNREAD: dict[str, Any] = {"pages": None, "pages_read": 0, "page_confidence": [], "needs_review": []}
KINDS = ("conditions", "medications", "allergies", "observations", "procedures")


class Listener:
    """Fetches once; after that it only listens. What a message told about the patient's own fields (preferences and
    demographics) an event names without the values, so on such an event it fetches these."""

    def __init__(self, http: httpx.Client, people: People, patient: Patient) -> None:
        self.http, self.headers, self.patient = http, people.patient_headers(patient), patient
        self.knows = self.fetched()

    def get(self, what: str) -> Any:
        answer = self.http.get(f"/api/v1/patients/{self.patient.id}/{what}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def fetched(self) -> dict[str, Any]:
        """What a client can fetch that events say too."""
        summary = self.get("summary")["summary"]
        match = summary["match"] or {}
        return {
            "position": summary["position"],
            "documents": {entry["id"]: known(entry) for entry in summary["documents"]},
            "processing": {entry["id"] for entry in summary["processing"]},
            "progress": summary["intake_progress"]["progress"],
            "categories": summary["intake_progress"]["categories"],
            "resources": {entry["id"] for kind in KINDS for entry in summary[kind]},
            "contested": {entry["id"] for kind in KINDS for entry in summary[kind] if entry["conflict"]},
            "match": {name: match[name] for name in ("id", "stage", "providers")} if match else None,
            "matches": {
                one["id"]: ranks(one["providers"]) for one in self.get("matches") if one["id"] != match.get("id")
            },
            "answers": [one for one in map(spoken, self.get("messages?limit=200")) if one["role"] == "agent"],
            "fields": self._fields(summary),
        }

    def listen(self) -> list[str]:
        """Hear everything that is new; the types of what was heard."""
        heard = self.get(f"events?after={self.knows['position']}&limit=500")["events"]
        for event in heard:
            self._hear(event)
        return [event["event_type"] for event in heard]

    def has_written(self) -> None:
        """The client has changed the patient's own fields itself: the answer has told it what they are now."""
        self.knows["fields"] = self._fields(self.get("summary")["summary"])

    @staticmethod
    def _fields(summary: dict[str, Any]) -> dict[str, Any]:
        return {name: summary[name] for name in ("demographics", "preferences")}

    def _hear(self, event: dict[str, Any]) -> None:
        assert event["position"] == self.knows["position"] + 1
        self.knows["position"] = event["position"]
        told, payload = event["event_type"], event["payload"]
        if told.startswith("document_"):
            self._hear_of_document(payload)
        elif told.startswith("match_"):
            self._hear_of_match(told, payload)
        elif told == "intake_progress_updated":
            self.knows |= {name: payload[name] for name in ("progress", "categories")}
        elif told == "agent_response_generated":
            self.knows["answers"].append(spoken({**payload, "role": "agent"}))
            self._process(payload["message_id"], False)
        elif told == "chat_data_collected":
            self.has_written()
        else:
            self._hear_of_record(payload)

    def _hear_of_document(self, payload: dict[str, Any]) -> None:
        documents, id = self.knows["documents"], payload["document_id"]
        heard = {**payload, "reason": payload.get("reason")}
        if "pages" in payload:
            heard["pages_read"] = payload.get("page", payload["pages"])
        documents[id] = known({**UNREAD, **documents.get(id, {}), **heard})
        goes_on = payload["status"] in ("uploaded", "parsing", "analyzing") or payload.get("clinical", False)
        self._process(payload["document_id"], goes_on)

    def _hear_of_match(self, told: str, payload: dict[str, Any]) -> None:
        goes_on = payload["stage"] not in ("completed", "failed")
        self._process(payload["match_id"], goes_on)
        open_one = {"id": payload["match_id"], "stage": payload["stage"], "providers": payload["providers"]}
        self.knows["match"] = open_one if goes_on else None
        if not goes_on:
            self.knows["matches"][payload["match_id"]] = ranks(payload.get("matches", []))

    def _hear_of_record(self, payload: dict[str, Any]) -> None:
        if payload.get("canonical"):
            self.knows["resources"].add(payload["resource_id"])
        self.knows["resources"].update(payload.get("shown", ()))
        self.knows["resources"].difference_update(payload.get("hidden", ()))
        self.knows["contested"].difference_update(payload.get("settled", ()))
        if "kept_resource_id" in payload:
            self.knows["contested"].add(payload["kept_resource_id"])

    def _process(self, what: str, goes_on: bool) -> None:
        (self.knows["processing"].add if goes_on else self.knows["processing"].discard)(what)


def known(document: dict[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in ("status", "reason", *UNREAD)}


def spoken(message: dict[str, Any]) -> dict[str, Any]:
    names = ("role", "message_id", "agent_name", "content", "content_type", "suggested_actions")
    return {name: message[name] for name in names}


def ranks(providers: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(one["provider_id"], one["score"]) for one in providers]
