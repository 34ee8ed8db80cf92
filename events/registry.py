"""The vocabulary: every kind of fact, what it carries, and how it is heard.

Adding an event is one line in `EventType`, one class below it, and `make contracts`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from events.grammar import PHI, REGISTRY, EventPayload, MalformedEvent

if TYPE_CHECKING:
    from events.emit import aemit_event, emit_event

__all__ = ["PHI", "REGISTRY", "EventPayload", "MalformedEvent", "aemit_event", "emit_event"]


class EventType(StrEnum):
    """The stored name of each kind of fact; a name is never reused or renamed."""

    PATIENT_REGISTERED = "patient_registered"
    PATIENT_UPDATED = "patient_updated"
    CONSENT_GRANTED = "consent_granted"
    CONSENT_REVOKED = "consent_revoked"
    DOCUMENT_UPLOADED = "document_uploaded"
    DOCUMENT_PARSING = "document_parsing"
    DOCUMENT_PARSED = "document_parsed"
    DOCUMENT_ANALYZING = "document_analyzing"
    DOCUMENT_ANALYZED = "document_analyzed"
    DOCUMENT_FAILED = "document_failed"
    CLINICAL_ENTITIES_EXTRACTED = "clinical_entities_extracted"
    FHIR_RESOURCE_CREATED = "fhir_resource_created"
    CHAT_DATA_COLLECTED = "chat_data_collected"
    EHR_CONFLICT_DETECTED = "ehr_conflict_detected"
    INTAKE_PROGRESS_UPDATED = "intake_progress_updated"
    MATCH_REQUESTED = "match_requested"
    MATCH_STAGE_COMPLETED = "match_stage_completed"
    MATCH_COMPLETED = "match_completed"
    MATCH_FAILED = "match_failed"
    CHAT_MESSAGE_SENT = "chat_message_sent"
    AGENT_RESPONSE_GENERATED = "agent_response_generated"
    NOTIFICATION_SENT = "notification_sent"
    NOTIFICATION_FAILED = "notification_failed"
    ACCESS_CHANGED = "access_changed"
    PHI_VIEWED = "phi_viewed"
    EVENTS_EXPORTED = "events_exported"
    JOB_REPUBLISHED = "job_republished"
    PATIENT_ERASED = "patient_erased"
    STREAM_END_ORDERED = "stream_end_ordered"
    PROCESS_DRAIN_ORDERED = "process_drain_ordered"
    STREAMING_SWITCHED = "streaming_switched"
    LOG_EPOCH_BEGUN = "log_epoch_begun"


class StreamEvent(StrEnum):
    """The names under which events reach a client; a handler of the hook each."""

    DOCUMENT_UPDATE = "document_update"
    EHR_UPDATE = "ehr_update"
    INTAKE_PROGRESS = "intake_progress"
    MATCH_PROGRESS = "match_progress"
    AGENT_RESPONSE = "agent_response"


class JobKind(StrEnum):
    """Work that a fact causes; the name is the callback's path under `/webhooks/qstash/`."""

    DOCUMENT_PARSE = "document-parse"
    CLINICAL_EXTRACT = "clinical-extract"
    NOTIFICATION = "notification"


Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
AgentName = Literal["intake", "clinical_context", "match", "explanation"]
ContentType = Literal["text", "document_status", "match_result", "action_prompt"]


class Part(BaseModel):
    """A piece of a payload; as strict as the payload itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SuggestedAction(Part):
    """Something the patient can do next with one tap."""

    action: str
    label: str


class RankedMatch(Part):
    """A provider's place in a match."""

    provider_id: str
    score: Share


class PatientRegistered(EventPayload):
    """A person became a patient of the tenant; the intake is at its beginning.

    `welcome` is false for those nobody is to write to, such as the invented people of the demo.
    """

    records = EventType.PATIENT_REGISTERED
    causes = (JobKind.NOTIFICATION,)
    causes_if = {JobKind.NOTIFICATION: "welcome"}
    notifies = "welcome"
    audit = "registered the patient"

    welcome: bool = True


class PatientUpdated(EventPayload):
    """Demographics or preferences were changed; `changed` names the fields, not their values."""

    records = EventType.PATIENT_UPDATED
    audit = "changed {changed}"

    changed: list[str]


class ConsentGranted(EventPayload):
    """The patient allowed a purpose, under the policy's version that was shown."""

    records = EventType.CONSENT_GRANTED
    audit = "granted {purpose} under policy {policy_version}"

    consent_id: str
    purpose: str
    policy_version: str


class ConsentRevoked(EventPayload):
    """The patient withdrew a purpose; nothing more is processed for it."""

    records = EventType.CONSENT_REVOKED
    audit = "revoked {purpose} under policy {policy_version}"

    consent_id: str
    purpose: str
    policy_version: str


def _left_out() -> Any:
    """A field that is left out of the payload where there is nothing to say, as if the fact had no such field."""
    return Field(default=None, exclude_if=lambda value: value is None, json_schema_extra={"x-left-out": True})


class DocumentUploaded(EventPayload):
    """A document reached the vault; reading it has not started."""

    records = EventType.DOCUMENT_UPLOADED
    streams_as = StreamEvent.DOCUMENT_UPDATE
    causes = (JobKind.DOCUMENT_PARSE,)
    audit = "uploaded document {document_id} ({size} bytes of {content_type})"

    document_id: str
    filename: PHI[str]
    status: Literal["uploaded"] = "uploaded"
    content_type: str
    size: Count


class DocumentParsing(EventPayload):
    """A reader took the document; its text is on the way.

    Told again for each page of a long document (three pages or more) that was read by eye: then `page` is its
    number, from 1, `pages` how many there are, and `confidence` the OCR engine's of this page, 0-1. Pages with text
    of their own take no time: the next one tells of them.
    """

    records = EventType.DOCUMENT_PARSING
    streams_as = StreamEvent.DOCUMENT_UPDATE
    audit = "is reading document {document_id}"

    document_id: str
    filename: PHI[str]
    status: Literal["parsing"] = "parsing"
    page: Count | None = _left_out()
    pages: Count | None = _left_out()
    confidence: Share | None = _left_out()


class DocumentParsed(EventPayload):
    """The document's text was read: by its own text layer, by OCR, or page by page by both.

    `confidence` is the OCR engine's mean over the pages it read, 0-1; null when none was needed. `page_confidence`
    is the same of each page. `needs_review` numbers the pages, from 1, that it could not read surely. `clinical`
    says whether there is enough text to be analyzed: over 100 characters, and not only headings. Without it nothing
    more happens to the document.
    """

    records = EventType.DOCUMENT_PARSED
    streams_as = StreamEvent.DOCUMENT_UPDATE
    causes = (JobKind.CLINICAL_EXTRACT,)
    causes_if = {JobKind.CLINICAL_EXTRACT: "clinical"}
    audit = "read document {document_id}: {pages} pages, {characters} characters, by {method}"

    document_id: str
    filename: PHI[str]
    status: Literal["parsed"] = "parsed"
    pages: Count
    characters: Count
    method: Literal["text", "ocr", "mixed"]
    confidence: Share | None = None
    page_confidence: list[Share | None] = []
    needs_review: list[int] = []
    clinical: bool = False


class DocumentAnalyzing(EventPayload):
    """The Clinical Context Agent took the document's text."""

    records = EventType.DOCUMENT_ANALYZING
    streams_as = StreamEvent.DOCUMENT_UPDATE
    audit = "began to analyze document {document_id}"

    document_id: str
    filename: PHI[str]
    status: Literal["analyzing"] = "analyzing"


class DocumentAnalyzed(EventPayload):
    """Everything the document says is in the record; nothing more will happen to it."""

    records = EventType.DOCUMENT_ANALYZED
    streams_as = StreamEvent.DOCUMENT_UPDATE
    audit = "analyzed document {document_id}"

    document_id: str
    filename: PHI[str]
    status: Literal["analyzed"] = "analyzed"


class DocumentFailed(EventPayload):
    """The document could not be read or analyzed; `reason` is a sentence for the patient."""

    records = EventType.DOCUMENT_FAILED
    streams_as = StreamEvent.DOCUMENT_UPDATE
    causes = (JobKind.NOTIFICATION,)
    notifies = "document_failed"
    audit = "could not process document {document_id}: {reason}"

    document_id: str
    filename: PHI[str]
    status: Literal["failed"] = "failed"
    reason: str
    retryable: bool


class ClinicalEntitiesExtracted(EventPayload):
    """Findings were taken from a document, or from a message when `document_id` is null; counts per kind.

    What the summary shows has changed with them: `shown` are resources that were in the record before and are
    shown now, `hidden` those that are not shown any more, `settled` those that no source contradicts any more. New
    ones say so themselves, and so does a new conflict.
    """

    records = EventType.CLINICAL_ENTITIES_EXTRACTED
    streams_as = StreamEvent.EHR_UPDATE
    audit = "extracted findings from document {document_id}"
    audit_without = "extracted findings from a message"

    document_id: str | None
    conditions: Count = 0
    medications: Count = 0
    allergies: Count = 0
    observations: Count = 0
    procedures: Count = 0
    shown: list[str] = []
    hidden: list[str] = []
    settled: list[str] = []


class FhirResourceCreated(EventPayload):
    """A FHIR R4 resource was added to the record.

    `canonical`: the summary shows it, rather than what another source says about the same.
    """

    records = EventType.FHIR_RESOURCE_CREATED
    streams_as = StreamEvent.EHR_UPDATE
    audit = "created {resource_type} {resource_id}"

    resource_type: str
    resource_id: str
    code: PHI[str | None]
    display: PHI[str]
    document_id: str | None = None
    canonical: bool = True


class ChatDataCollected(EventPayload):
    """A message told something new about the patient; `categories` names the intake categories it filled."""

    records = EventType.CHAT_DATA_COLLECTED
    streams_as = StreamEvent.EHR_UPDATE
    audit = "collected {categories} from message {message_id}"

    message_id: str
    categories: list[str]


class EhrConflictDetected(EventPayload):
    """Two sources disagree; both are kept, `kept_resource_id` is shown first."""

    records = EventType.EHR_CONFLICT_DETECTED
    streams_as = StreamEvent.EHR_UPDATE
    audit = "found {resource_type} {kept_resource_id} and {other_resource_id} in conflict"

    resource_type: str
    kept_resource_id: str
    other_resource_id: str
    display: PHI[str]


class IntakeProgressUpdated(EventPayload):
    """The intake's completeness changed; shares are 0-1, per category and weighted in `progress`."""

    records = EventType.INTAKE_PROGRESS_UPDATED
    streams_as = StreamEvent.INTAKE_PROGRESS
    audit = "moved the intake from {previous} to {progress}"

    progress: Share
    previous: Share
    categories: dict[str, Share]


class MatchRequested(EventPayload):
    """A match was asked for."""

    records = EventType.MATCH_REQUESTED
    streams_as = StreamEvent.MATCH_PROGRESS
    audit = "requested match {match_id}"

    match_id: str
    stage: Literal["requested"] = "requested"
    providers: Count = 0


class MatchStageCompleted(EventPayload):
    """A stage of the match is done; `providers` are still in it."""

    records = EventType.MATCH_STAGE_COMPLETED
    streams_as = StreamEvent.MATCH_PROGRESS
    audit = "completed stage {stage} of match {match_id} with {providers} providers"

    match_id: str
    stage: Literal["retrieve", "filter", "score", "explain"]
    providers: Count


class MatchCompleted(EventPayload):
    """The match is done; `matches` are the ranked providers, best first, none when nobody fits."""

    records = EventType.MATCH_COMPLETED
    streams_as = StreamEvent.MATCH_PROGRESS
    causes = (JobKind.NOTIFICATION,)
    causes_if = {JobKind.NOTIFICATION: "providers"}
    notifies = "match_ready"
    audit = "completed match {match_id} with {providers} providers"

    match_id: str
    stage: Literal["completed"] = "completed"
    providers: Count
    matches: list[RankedMatch]


class MatchFailed(EventPayload):
    """The match could not be made; `reason` is a sentence for the patient."""

    records = EventType.MATCH_FAILED
    streams_as = StreamEvent.MATCH_PROGRESS
    audit = "could not complete match {match_id}: {reason}"

    match_id: str
    stage: Literal["failed"] = "failed"
    providers: Count = 0
    reason: str
    retryable: bool


class ChatMessageSent(EventPayload):
    """Somebody wrote into the patient's conversation."""

    records = EventType.CHAT_MESSAGE_SENT
    audit = "sent message {message_id}"

    message_id: str
    role: Literal["patient", "system"]
    content: PHI[str]
    content_type: ContentType = "text"
    attachments: list[str] = []


class AgentResponseGenerated(EventPayload):
    """An agent answered in the patient's conversation."""

    records = EventType.AGENT_RESPONSE_GENERATED
    streams_as = StreamEvent.AGENT_RESPONSE
    audit = "answered with message {message_id} of agent {agent_name}"

    message_id: str
    agent_name: AgentName
    content: PHI[str]
    content_type: ContentType = "text"
    suggested_actions: list[SuggestedAction] = []


class NotificationSent(EventPayload):
    """A message left for the patient's inbox."""

    records = EventType.NOTIFICATION_SENT
    audit = "sent notification {notification_id} ({kind})"

    notification_id: str
    kind: str


class NotificationFailed(EventPayload):
    """A message could not be sent."""

    records = EventType.NOTIFICATION_FAILED
    audit = "could not send notification {notification_id} ({kind}): {reason}"

    notification_id: str
    kind: str
    reason: str
    retryable: bool


class AccessChanged(EventPayload):
    """Who may see patients changed: one was quarantined or released, or a member left the tenant."""

    records = EventType.ACCESS_CHANGED
    audit = "changed access: {change}"

    change: Literal["quarantined", "released", "member_removed"]
    member: str | None = None


class PhiViewed(EventPayload):
    """Somebody with the right to do so looked at the protected fields of a record in the admin: an event, or a row
    about the patient; or staff read a patient over the API. `record` is its kind, or the route's last word."""

    records = EventType.PHI_VIEWED
    audit = "viewed the protected fields of {record} {record_id}"

    record: str
    record_id: str


class EventsExported(EventPayload):
    """Events were exported from the admin; `protected` says whether protected fields were included."""

    records = EventType.EVENTS_EXPORTED
    audit = "exported {events} events as {format}, protected fields included: {protected}"

    events: Count
    format: Literal["csv", "json"]
    protected: bool


class JobRepublished(EventPayload):
    """An operator sent a job to the queue again."""

    records = EventType.JOB_REPUBLISHED
    audit = "published job {job_id} ({kind}) again"

    job_id: str
    kind: str


class StreamEndOrdered(EventPayload):
    """An operator had an open stream ended; its client comes back by itself."""

    records = EventType.STREAM_END_ORDERED
    audit = "ended stream {stream} of process {process}"

    process: str
    stream: Count


class ProcessDrainOrdered(EventPayload):
    """An operator had a server process send its streams elsewhere and take no more."""

    records = EventType.PROCESS_DRAIN_ORDERED
    audit = "drained process {process}"

    process: str


class StreamingSwitched(EventPayload):
    """An operator switched streaming off or on, for everybody and in every process."""

    records = EventType.STREAMING_SWITCHED
    audit = "switched streaming {streaming}"

    streaming: Literal["on", "off"]


class LogEpochBegun(EventPayload):
    """The log was restored from a backup: positions after the backup's head mean other events from here on."""

    records = EventType.LOG_EPOCH_BEGUN
    audit = "began the log's epoch {epoch}"

    epoch: str
    previous: str | None


class PatientErased(EventPayload):
    """The person was erased (GDPR, Article 17): nothing can open what the log says of them, and the rest is deleted.

    Of how many `events` that were kept `sealed` had protected fields; how much else there was, by kind. Consents are
    kept without where they were made from, jobs are cancelled.
    """

    records = EventType.PATIENT_ERASED
    audit = "erased the patient ({erasure_id}): {sealed} of {events} events sealed for good, {documents} documents"

    erasure_id: str
    events: Count
    sealed: Count
    documents: Count
    resources: Count
    matches: Count
    notifications: Count
    answers: Count
    cancelled_jobs: Count
    consents: Count


def _check_complete() -> None:
    missing = [member.name for member in EventType if member not in REGISTRY]
    if missing:
        raise MalformedEvent(f"EventType names {', '.join(missing)} but no class records it")


_check_complete()


def choices() -> list[tuple[str, str]]:
    """Stored name and label of every event type, in the order of the vocabulary."""
    return [(name, name.replace("_", " ").capitalize()) for name in REGISTRY]


def streamed_types() -> dict[str, str]:
    """Event type → the name it is streamed under, for those that stream."""
    return {name: str(kind.streams_as) for name, kind in REGISTRY.items() if kind.streams_as is not None}


def __getattr__(name: str) -> Any:
    # `emit_event` is promised here too; importing it above would be a circle.
    if name in ("emit_event", "aemit_event"):
        from events import emit

        return getattr(emit, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
