"""What an erasure is proved with: for the person, and for whoever audits."""

from __future__ import annotations

import json
from typing import Any

from patients.erasure.models import Erasure

TITLE = "Erasure of personal data (GDPR, Article 17)"

SAYS = {
    "events": "events kept, in their place in the chain",
    "sealed": "of them with protected fields, which nothing can open any more",
    "documents": "documents deleted",
    "resources": "clinical resources deleted",
    "matches": "matches deleted",
    "notifications": "notifications deleted",
    "answers": "kept answers deleted",
    "cancelled_jobs": "jobs cancelled",
    "consents": "consent decisions kept, without where they were made from",
}


def certificate(erasure: Erasure) -> dict[str, Any]:
    """The certificate as JSON can hold it; the same whenever it is asked for."""
    return {
        "certificate": TITLE,
        "id": erasure.pk,
        "tenant_id": erasure.tenant_id,
        "patient_id": erasure.patient_id,
        "erased_at": erasure.erased_at.isoformat(),
        "operator": erasure.operator,
        "reason": erasure.reason,
        "counts": {name: erasure.counts[name] for name in SAYS},
        "event_id": str(erasure.event_id),
        "chain": {
            "before": {"link": erasure.link_before, "hash": erasure.hash_before},
            "after": {"link": erasure.link_after, "hash": erasure.hash_after},
        },
    }


def as_json(erasure: Erasure) -> str:
    return json.dumps(certificate(erasure), indent=2, ensure_ascii=False)


def as_text(erasure: Erasure) -> str:
    """The certificate to be read and signed by people."""
    lines = [
        TITLE,
        "",
        f"Certificate  {erasure.pk}",
        f"Patient      {erasure.tenant_id}/{erasure.patient_id}",
        f"Erased       {erasure.erased_at:%Y-%m-%d %H:%M:%S} UTC, by {erasure.operator}",
        f"Reason       {erasure.reason}",
        "",
        *(f"{erasure.counts[name]:>8,}  {says}" for name, says in SAYS.items()),
        "",
        f"Chain before {erasure.link_before:>8}  {erasure.hash_before}",
        f"Chain after  {erasure.link_after:>8}  {erasure.hash_after}",
        f"Recorded as  {erasure.event_id}",
    ]
    return "\n".join(lines)
