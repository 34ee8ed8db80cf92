"""Uploading in tests, the way a client does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

DATA = Path(__file__).resolve().parent.parent / "data"
PDF = "application/pdf"
REPORT = (DATA / "knee-report.pdf").read_bytes()


class Uploader:
    """One caller's uploads for one patient."""

    def __init__(self, http: httpx.Client, headers: dict[str, str], patient_id: str) -> None:
        self.http = http
        self.headers = headers
        self.patient_id = patient_id

    def announce(self, **changes: Any) -> httpx.Response:
        upload = {"filename": "knee.pdf", "content_type": PDF, "size": len(REPORT), **changes}
        return self.http.post(
            "/api/v1/uploads/presign", headers=self.headers, json={"patient_id": self.patient_id, **upload}
        )

    def target(self, **changes: Any) -> dict[str, Any]:
        answer = self.announce(**changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["data"])

    def put(self, target: dict[str, Any], body: bytes = REPORT, **headers: str) -> httpx.Response:
        return self.http.put(target["upload_url"], content=body, headers={**target["headers"], **headers})

    def confirm(self, target: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        return self.http.post(
            "/api/v1/uploads/confirm",
            headers=headers or self.headers,
            json={"document_id": target["document_id"]},
        )

    def listed(self) -> list[dict[str, Any]]:
        answer = self.http.get(f"/api/v1/patients/{self.patient_id}/documents", headers=self.headers)
        return list(answer.json()["data"])
