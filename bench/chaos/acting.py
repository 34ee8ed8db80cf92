"""What one patient does over HTTP, again and again under the same key until it is answered."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.chaos import papers
from bench.chaos.digest import digest
from bench.chaos.notes import Notebook
from bench.chaos.tokens import MOST_SHIFT, Issuer, Person

POLICY = "2026-01"
PASSING = frozenset({401, 409, 429, 500, 502, 503, 504})
"""Answers after which the same request is sent again: 409 while the first one is still at work, 401 when the token's
minute was over on the way."""

OPTIONAL_PURPOSES = ("analytics", "sms_transactional", "sms_marketing")
MESSAGES = (
    "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily",
    "I am allergic to penicillin",
    "I would like to travel in March with my daughter",
    "My knee hurts on stairs",
    "What happens next?",
)


class Acting:
    """One patient's acts; every act has a correlation id of its own, by which its effects are found."""

    def __init__(
        self,
        name: str,
        patient: str,
        mark: str,
        person: Person,
        http: httpx.AsyncClient,
        issuer: Issuer,
        notes: Notebook,
        seed: str,
    ) -> None:
        self._name = name
        self._patient = patient
        self._mark = mark
        self._person = person
        self._http = http
        self._issuer = issuer
        self._notes = notes
        self._draw = random.Random(f"{seed}/{name}")
        self._number = 0

    async def run(self, pause: float) -> None:
        """One act after another, with `pause` seconds between them on average, until cancelled."""
        acts = (self._decide, self._chat, self._greet, self._upload, self._match)
        while True:
            await asyncio.sleep(self._draw.uniform(0, 2 * pause))
            (act,) = self._draw.choices(acts, (4, 3, 1, 2, 1))
            await act()

    async def _decide(self) -> None:
        decision = {
            "patient_id": self._patient,
            "purpose": self._draw.choice(OPTIONAL_PURPOSES),
            "granted": self._draw.random() < 0.6,
            "policy_version": POLICY,
        }
        await self._act("consent", "POST", "/api/v1/consent", json=decision)

    async def _chat(self) -> None:
        said = {"message": self._draw.choice(MESSAGES), "attachments": []}
        await self._act("chat", "POST", f"/api/v1/patients/{self._patient}/chat", json=said)

    async def _greet(self) -> None:
        """The answer is by name, and so holds the patient's mark."""
        said = {"message": f"Hello, this is {self._mark}", "attachments": []}
        await self._act("greet", "POST", f"/api/v1/patients/{self._patient}/chat", json=said)

    async def _match(self) -> None:
        await self._act("match", "POST", f"/api/v1/patients/{self._patient}/match", json={})

    async def _upload(self) -> None:
        paper = papers.torn(self._draw) if self._draw.random() < 0.1 else papers.report(self._draw)
        wanted = {
            "patient_id": self._patient,
            "filename": f"{self._mark}-report-{self._number}.pdf",
            "content_type": "application/pdf",
            "size": len(paper.body),
        }
        target = await self._act("presign", "POST", "/api/v1/uploads/presign", json=wanted)
        if target is None:
            return
        where = urlsplit(target["upload_url"])
        headers = {**target["headers"], "Content-Type": "application/pdf"}
        path = f"{where.path}?{where.query}" if where.query else where.path
        if await self._act("put", "PUT", path, content=paper.body, headers=headers) is None:
            return
        wanted = {"document_id": target["document_id"]}
        told = {"document": wanted["document_id"], "displays": [digest(text) for text in paper.says]}
        await self._act("confirm", "POST", "/api/v1/uploads/confirm", told, json=wanted)

    async def _act(
        self, act: str, method: str, path: str, told: dict[str, Any] | None = None, **request: Any
    ) -> dict[str, Any] | None:
        """Send it until there is an answer that stays; its data, or None when it was refused. `told`: what the request
        tells, to be noted before it is sent."""
        self._number += 1
        name = f"{self._name}-{self._number}"
        self._notes.note(act=act, correlation=name, patient=self._patient, said="begun", **(told or {}))
        tries = 0
        while True:
            tries += 1
            answer = await self._sent(name, method, path, request)
            if answer is not None and answer.status_code not in PASSING:
                break
            await asyncio.sleep(self._draw.uniform(0.1, 1.0))
        data = answer.json()["data"] if answer.is_success and answer.content else {}
        facts = {"document": data.get("document_id"), "message": data.get("message_id"), "record": data.get("id")}
        known = {name: value for name, value in facts.items() if value}
        self._notes.note(
            act=act,
            correlation=name,
            patient=self._patient,
            said="answered",
            status=answer.status_code,
            tries=tries,
            **known,
        )
        return data if answer.is_success else None

    async def _sent(self, name: str, method: str, path: str, request: dict[str, Any]) -> httpx.Response | None:
        asks = self._issuer.headers(self._person, shift=self._draw.uniform(-MOST_SHIFT, MOST_SHIFT))
        headers = {**asks, "X-Correlation-ID": name, "X-Idempotency-Key": name, **request.get("headers", {})}
        try:
            return await self._http.request(method, path, **{**request, "headers": headers})
        except (httpx.HTTPError, ConnectionError):
            return None
