"""A patient's journey over HTTP, as a client would make it: consent, a document, the conversation, a match."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import httpx

from curaway.local.errors import LocalError
from curaway.local.event_stream import refusal_in
from curaway.local.screen import Screen
from curaway.local.witness import Witness

PURPOSES: Final = ("clinical_data_processing", "cross_border_transfer", "provider_sharing")
POLICY: Final = "2026-01"
SAID: Final = "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily"
CONTENT_TYPES: Final = {
    ".pdf": "application/pdf",
    **dict.fromkeys((".jpg", ".jpeg"), "image/jpeg"),
    ".png": "image/png",
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
}


class Refused(LocalError):
    """The server refused to {act}: {status} {code}"""


class FileRefused(LocalError):
    """{file} cannot be uploaded: {why}"""


class Journey:
    """The steps of one patient, in order; each begins when the stream has shown the one before."""

    def __init__(
        self, client: httpx.AsyncClient, screen: Screen, witness: Witness, *, patient: str, file: Path, content: bytes
    ) -> None:
        self._client, self._screen, self._witness = client, screen, witness
        self._patient, self._file, self._content = patient, file, content

    async def walk(self) -> None:
        """Make the whole journey; raises `Refused`. A document that can't be read ends it early."""
        await self._consent()
        self._witness.look_out_for(await self._upload())
        await self._witness.document_ended.wait()
        if self._witness.document.get("status") != "failed":
            await self._chat()
            await self._match()
        self._witness.journey_ended = True

    async def _consent(self) -> None:
        self._screen.say("  granting the consents", "quiet")
        for purpose in PURPOSES:
            wanted = {"patient_id": self._patient, "purpose": purpose, "granted": True, "policy_version": POLICY}
            accepted("record the consent", await self._client.post("/api/v1/consent", json=wanted))

    async def _upload(self) -> str:
        """Announce, put, confirm; the document's id."""
        self._screen.say(f"  uploading {self._file.name} ({len(self._content) / 1024:.0f} KB)", "quiet")
        wanted = {
            "patient_id": self._patient,
            "filename": self._file.name,
            "content_type": CONTENT_TYPES[self._file.suffix.lower()],
            "size": len(self._content),
        }
        target = accepted("announce the upload", await self._client.post("/api/v1/uploads/presign", json=wanted))
        # Without our headers: the address says all there is to say, and the storage may be somebody else's.
        async with httpx.AsyncClient(timeout=30) as storage:
            address = self._client.base_url.join(target["upload_url"])
            put = await storage.put(address, content=self._content, headers=target["headers"])
        if not put.is_success:
            raise Refused(act="take the file", status=put.status_code, code=refusal_in(put))
        document_id: str = target["document_id"]
        confirmed = await self._client.post("/api/v1/uploads/confirm", json={"document_id": document_id})
        accepted("confirm the upload", confirmed)
        return document_id

    async def _chat(self) -> None:
        self._screen.say(f"  writing: {SAID}", "quiet")
        answered = await self._client.post(f"/api/v1/patients/{self._patient}/chat", json={"message": SAID})
        accepted("answer the message", answered)

    async def _match(self) -> None:
        self._screen.say("  asking for a match", "quiet")
        match = accepted("match", await self._client.post(f"/api/v1/patients/{self._patient}/match"))
        for provider in match["providers"][:5]:
            where = f"{provider['name']}, {provider['city']}, {provider['country_name']}"
            self._screen.say(f"  {provider['rank']}. {provider['score']:.2f}  {where}", "good")
            for reason in provider["reasons"]:
                self._screen.say(f"       {reason}", "quiet")
        if match["message"]:
            self._screen.say(f"  {match['message']}", "quiet")


def accepted(act: str, response: httpx.Response) -> dict[str, Any]:
    """The answer's data; raises `Refused`."""
    if not response.is_success:
        raise Refused(act=act, status=response.status_code, code=refusal_in(response))
    data: dict[str, Any] = response.json()["data"]
    return data


def content_of(file: Path) -> bytes:
    if file.suffix.lower() not in CONTENT_TYPES:
        raise FileRefused(file=file, why=f"its name must end in {', '.join(CONTENT_TYPES)}")
    try:
        return file.read_bytes()
    except OSError as problem:
        raise FileRefused(file=file, why=problem.strerror) from None
