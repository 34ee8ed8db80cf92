"""What a message says that belongs into the record, before anything is kept of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from patients.chat import demographics, grammar, preferences, procedure
from patients.chat.intents import Intent
from patients.chat.state import skips
from patients.chat.tone import Tone, tone_of
from patients.chat.topics import Topic
from patients.chat.wording import plain
from patients.clinical.engine import ClinicalEngine, DeterministicEngine
from patients.clinical.findings import Finding, Findings
from patients.intake import PREFERENCE_KEYS
from patients.models import Patient

FREE = frozenset({Topic.DESTINATION, Topic.TIMEFRAME, Topic.COMPANION, Topic.BUDGET})
"""Preferences whose answer is kept in the patient's words when it can't be read."""

CLAUSE_END = re.compile(r"[.!?؟;؛,،\n](?!\d)")
ONLY_SAID = frozenset({Intent.INTAKE_UPDATE, Intent.PREFERENCE_UPDATE, Intent.PROCEDURE_CLARIFICATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a message says. `changes` are fields of `Patient`, `wishes` preferences by key; false when nothing."""

    findings: Findings = field(default_factory=Findings)
    changes: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words or self.told)

    @property
    def words(self) -> list[str]:
        """The findings in the patient's own words."""
        return [_named(finding) for finding in self.findings]

    @property
    def told(self) -> list[str]:
        """Names of what else was told, as the agent's labels have them."""
        fields = ["procedure" if name == "procedure_interest" else name for name in self.changes]
        return [*fields, *self.wishes]


def collect(
    message: str,
    *,
    patient: Patient,
    intent: Intent,
    asked: Topic | None,
    locale: str,
    engine: ClinicalEngine | None = None,
) -> Collected:
    """What the message says of the patient; nothing for an emergency, where only the call matters.

    Demographics are only filled in, never changed: what is in the record weighs more than a sentence.
    """
    if intent is Intent.EMERGENCY or skips(message):
        return Collected()
    stated = _stated(message, (engine or DeterministicEngine()).extract([message], locale=locale))
    wanted = procedure.procedure_in(
        message, stated, asked=asked is Topic.PROCEDURE, known=patient.procedure_interest, intent=intent, locale=locale
    )
    found = Collected(
        findings=procedure.without_wishes(stated, told=wanted is not None or asked is Topic.PROCEDURE),
        changes=_gaps_told(message, patient, asked, locale) | ({"procedure_interest": wanted} if wanted else {}),
        wishes=preferences.preferences_in(message, asked=asked),
    )
    return found if found or intent not in ONLY_SAID else _own_words(message, asked)


def _stated(message: str, findings: Findings) -> Findings:
    """What is told of this patient, not what is asked: "should I take ibuprofen?" says of nobody that they do."""
    return Findings(tuple(one for one in findings.asserted() if not _is_asked(message, one.span)))


def _is_asked(message: str, span: tuple[int, int]) -> bool:
    start = max((end.end() for end in CLAUSE_END.finditer(message, 0, span[0])), default=0)
    end = CLAUSE_END.search(message, span[1])
    ends_in_question = end is not None and end.group() in "?؟"
    return ends_in_question or grammar.says("question_start", plain(message[start : span[1]]))


def changes_for(patient: Patient, collected: Collected) -> dict[str, Any]:
    """What has to change in the patient's row; empty when it says the same already."""
    changes = {name: value for name, value in collected.changes.items() if getattr(patient, name) != value}
    wishes = {key: value for key, value in collected.wishes.items() if patient.preferences.get(key) != value}
    return changes | ({"preferences": {**patient.preferences, **wishes}} if wishes else {})


def news_for(patient: Patient, collected: Collected) -> list[str]:
    """Names of topics, of what was told besides findings, that the patient's row doesn't say already."""
    changes = changes_for(patient, collected)
    wishes = [key for key, value in collected.wishes.items() if patient.preferences.get(key) != value]
    return ["procedure" if name == "procedure_interest" else name for name in changes if name != "preferences"] + wishes


def _gaps_told(message: str, patient: Patient, asked: Topic | None, locale: str) -> dict[str, Any]:
    told = demographics.demographics_in(message, asked=asked, country=patient.country, locale=locale)
    return {name: value for name, value in told.items() if not getattr(patient, name)}


def _own_words(message: str, asked: Topic | None) -> Collected:
    """An answer to our question that we can't read is kept as it was given, where that is of any use."""
    if tone_of(message, asked=asked) not in (Tone.UNREAD, Tone.TOLD):
        return Collected()
    if asked is Topic.PROCEDURE:
        words = procedure.own_words(message)
        return Collected(changes={"procedure_interest": words}) if words else Collected()
    if asked in FREE and asked in PREFERENCE_KEYS:
        return Collected(wishes={str(asked): preferences.own_words(message)})
    return Collected()


def _named(finding: Finding) -> str:
    return " ".join(finding.text.split())
