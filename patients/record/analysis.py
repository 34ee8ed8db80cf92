"""Having a text analyzed by the analyst's process: bounded in time, and never left behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patients.clinical.findings import Assertion, Coding, Finding, Kind
from patients.confined import Crashed, answer_of
from patients.documents.faults import Fault
from patients.record.statements import Origin

ANALYST = (sys.executable, "-m", "patients.record.analyst")
TIMEOUT_SECONDS = 60.0


class AnalysisFailed(Fault):
    """The analyst died, took too long, or made no sense: nothing is known about the text itself."""

    reason = "Something went wrong on our side while analyzing this document. We will try again."
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text, page by page, and what its resources have to say besides: whose they are, and by whom they are told.

    With `api_key` the LLM engine answers, the deterministic one without.
    """

    pages: tuple[str, ...]
    locale: str
    patient_id: str
    origin: Origin
    now: datetime
    api_key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A thing that the text says of the patient, and the FHIR R4 resource of this id that says the same."""

    id: str
    finding: Finding
    body: Mapping[str, Any]


async def analyze(question: Question, *, timeout_seconds: float = TIMEOUT_SECONDS) -> tuple[Told, ...]:
    """All that the text says of the patient; raises `AnalysisFailed`.

    A process of its own: rules at work on a stranger's long text can take any time, and nothing but a kill ends
    them; and the server never needs the memory of the vocabulary and of FHIR's schemas. When this is cancelled,
    the process is dead before it returns.
    """
    return _understood(await _output(question, timeout_seconds))


async def _output(question: Question, timeout_seconds: float) -> bytes:
    try:
        return await answer_of(ANALYST, asked=_asked(question), timeout_seconds=timeout_seconds)
    except TimeoutError:
        raise AnalysisFailed(f"after {timeout_seconds:g} seconds") from None
    except Crashed as crashed:
        raise AnalysisFailed(str(crashed)) from None


def _asked(question: Question) -> bytes:
    return json.dumps(
        {
            "pages": question.pages,
            "locale": question.locale,
            "patient_id": question.patient_id,
            "source": question.origin.source,
            "source_id": question.origin.source_id,
            "now": question.now.isoformat(),
            # Not in the environment, where any process of this user could read it.
            "api_key": question.api_key,
        }
    ).encode()


def _understood(printed: bytes) -> tuple[Told, ...]:
    """The analyst's answer. It handled a stranger's text, so nothing in it is taken for granted."""
    try:
        return tuple(
            Told(str(told["id"]), _finding(told["finding"]), dict(told["body"])) for told in json.loads(printed)
        )
    except (ValueError, KeyError, TypeError):
        raise AnalysisFailed("an answer that makes no sense") from None


def _finding(told: dict[str, Any]) -> Finding:
    coding, (start, end) = told["coding"], told["span"]
    return Finding(
        kind=Kind(told["kind"]),
        text=str(told["text"]),
        coding=Coding(**coding) if coding else None,
        assertion=Assertion(told["assertion"]),
        confidence=float(told["confidence"]),
        page=told["page"],
        span=(start, end),
        details=dict(told["details"]),
    )
