"""The process that analyzes one text: `python -m patients.record.analyst [PARENT_PID]`.

Reads a question as JSON (see `patients.record.analysis`), and prints one line of JSON and nothing else: a list of
what the text says of the patient, `{"id": str, "finding": {…}, "body": {…}}` each.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Any

from patients.clinical.fhir import resources
from patients.clinical.findings import Findings
from patients.documents.confinement import confine
from patients.record.engine import engine
from patients.record.statements import new_resource_id, said

Answer = list[dict[str, Any]]


def main(parent: int | None) -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # a library that prints would write into the middle of the answer
    confine(parent)
    question = json.load(sys.stdin)
    with answer:
        print(json.dumps(answered(question)), file=answer)


def answered(question: dict[str, Any]) -> Answer:
    """What the text says; by rules alone where the model finds what FHIR has no form for."""
    try:
        return told(question, question["api_key"])
    except Exception:
        if not question["api_key"]:
            raise
        return told(question, "")


def told(question: dict[str, Any], api_key: str) -> Answer:
    found = list(said(engine(api_key).extract(question["pages"], locale=question["locale"])))
    ids = [new_resource_id() for _ in found]
    following = iter(ids)
    bodies = resources(
        Findings(tuple(found)),
        patient_id=question["patient_id"],
        document_id=question["source_id"] if question["source"] == "document" else None,
        locale=question["locale"],
        new_id=lambda _: next(following),
    )
    return [
        {"id": id, "finding": asdict(finding), "body": body}
        for id, finding, body in zip(ids, found, bodies, strict=True)
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
