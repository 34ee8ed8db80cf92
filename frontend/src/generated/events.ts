// Derived from events/registry.py by `make contracts`; do not edit.

/** A person became a patient of the tenant; the intake is at its beginning. `welcome` is false for those nobody is to write to, such as the invented people of the demo. */
export interface PatientRegistered {
  readonly welcome: boolean;
}

/** Demographics or preferences were changed; `changed` names the fields, not their values. */
export interface PatientUpdated {
  readonly changed: ReadonlyArray<string>;
}

/** The patient allowed a purpose, under the policy's version that was shown. */
export interface ConsentGranted {
  readonly consent_id: string;
  readonly purpose: string;
  readonly policy_version: string;
}

/** The patient withdrew a purpose; nothing more is processed for it. */
export interface ConsentRevoked {
  readonly consent_id: string;
  readonly purpose: string;
  readonly policy_version: string;
}

/** A document reached the vault; reading it has not started. */
export interface DocumentUploaded {
  readonly document_id: string;
  readonly filename: string;
  readonly status: "uploaded";
  readonly content_type: string;
  readonly size: number;
}

/** A reader took the document; its text is on the way. Told again for each page of a long document (three pages or more) that was read by eye: then `page` is its number, from 1, `pages` how many there are, and `confidence` the OCR engine's of this page, 0-1. Pages with text of their own take no time: the next one tells of them. */
export interface DocumentParsing {
  readonly document_id: string;
  readonly filename: string;
  readonly status: "parsing";
  readonly page?: number | null;
  readonly pages?: number | null;
  readonly confidence?: number | null;
}

/** The document's text was read: by its own text layer, by OCR, or page by page by both. `confidence` is the OCR engine's mean over the pages it read, 0-1; null when none was needed. `page_confidence` is the same of each page. `needs_review` numbers the pages, from 1, that it could not read surely. `clinical` says whether there is enough text to be analyzed: over 100 characters, and not only headings. Without it nothing more happens to the document. */
export interface DocumentParsed {
  readonly document_id: string;
  readonly filename: string;
  readonly status: "parsed";
  readonly pages: number;
  readonly characters: number;
  readonly method: "text" | "ocr" | "mixed";
  readonly confidence: number | null;
  readonly page_confidence: ReadonlyArray<number | null>;
  readonly needs_review: ReadonlyArray<number>;
  readonly clinical: boolean;
}

/** The Clinical Context Agent took the document's text. */
export interface DocumentAnalyzing {
  readonly document_id: string;
  readonly filename: string;
  readonly status: "analyzing";
}

/** Everything the document says is in the record; nothing more will happen to it. */
export interface DocumentAnalyzed {
  readonly document_id: string;
  readonly filename: string;
  readonly status: "analyzed";
}

/** The document could not be read or analyzed; `reason` is a sentence for the patient. */
export interface DocumentFailed {
  readonly document_id: string;
  readonly filename: string;
  readonly status: "failed";
  readonly reason: string;
  readonly retryable: boolean;
}

/** Findings were taken from a document, or from a message when `document_id` is null; counts per kind. What the summary shows has changed with them: `shown` are resources that were in the record before and are shown now, `hidden` those that are not shown any more, `settled` those that no source contradicts any more. New ones say so themselves, and so does a new conflict. */
export interface ClinicalEntitiesExtracted {
  readonly document_id: string | null;
  readonly conditions: number;
  readonly medications: number;
  readonly allergies: number;
  readonly observations: number;
  readonly procedures: number;
  readonly shown: ReadonlyArray<string>;
  readonly hidden: ReadonlyArray<string>;
  readonly settled: ReadonlyArray<string>;
}

/** A FHIR R4 resource was added to the record. `canonical`: the summary shows it, rather than what another source says about the same. */
export interface FhirResourceCreated {
  readonly resource_type: string;
  readonly resource_id: string;
  readonly code: string | null;
  readonly display: string;
  readonly document_id: string | null;
  readonly canonical: boolean;
}

/** A message told something new about the patient; `categories` names the intake categories it filled. */
export interface ChatDataCollected {
  readonly message_id: string;
  readonly categories: ReadonlyArray<string>;
}

/** Two sources disagree; both are kept, `kept_resource_id` is shown first. */
export interface EhrConflictDetected {
  readonly resource_type: string;
  readonly kept_resource_id: string;
  readonly other_resource_id: string;
  readonly display: string;
}

/** The intake's completeness changed; shares are 0-1, per category and weighted in `progress`. */
export interface IntakeProgressUpdated {
  readonly progress: number;
  readonly previous: number;
  readonly categories: Readonly<Record<string, number>>;
}

/** A match was asked for. */
export interface MatchRequested {
  readonly match_id: string;
  readonly stage: "requested";
  readonly providers: number;
}

/** A stage of the match is done; `providers` are still in it. */
export interface MatchStageCompleted {
  readonly match_id: string;
  readonly stage: "retrieve" | "filter" | "score" | "explain";
  readonly providers: number;
}

/** A provider's place in a match. */
export interface RankedMatch {
  readonly provider_id: string;
  readonly score: number;
}

/** The match is done; `matches` are the ranked providers, best first, none when nobody fits. */
export interface MatchCompleted {
  readonly match_id: string;
  readonly stage: "completed";
  readonly providers: number;
  readonly matches: ReadonlyArray<RankedMatch>;
}

/** The match could not be made; `reason` is a sentence for the patient. */
export interface MatchFailed {
  readonly match_id: string;
  readonly stage: "failed";
  readonly providers: number;
  readonly reason: string;
  readonly retryable: boolean;
}

/** Somebody wrote into the patient's conversation. */
export interface ChatMessageSent {
  readonly message_id: string;
  readonly role: "patient" | "system";
  readonly content: string;
  readonly content_type: "text" | "document_status" | "match_result" | "action_prompt";
  readonly attachments: ReadonlyArray<string>;
}

/** Something the patient can do next with one tap. */
export interface SuggestedAction {
  readonly action: string;
  readonly label: string;
}

/** An agent answered in the patient's conversation. */
export interface AgentResponseGenerated {
  readonly message_id: string;
  readonly agent_name: "intake" | "clinical_context" | "match" | "explanation";
  readonly content: string;
  readonly content_type: "text" | "document_status" | "match_result" | "action_prompt";
  readonly suggested_actions: ReadonlyArray<SuggestedAction>;
}

/** A message left for the patient's inbox. */
export interface NotificationSent {
  readonly notification_id: string;
  readonly kind: string;
}

/** A message could not be sent. */
export interface NotificationFailed {
  readonly notification_id: string;
  readonly kind: string;
  readonly reason: string;
  readonly retryable: boolean;
}

/** Who may see patients changed: one was quarantined or released, or a member left the tenant. */
export interface AccessChanged {
  readonly change: "quarantined" | "released" | "member_removed";
  readonly member: string | null;
}

/** Somebody with the right to do so looked at the protected fields of a record in the admin: an event, or a row about the patient; or staff read a patient over the API. `record` is its kind, or the route's last word. */
export interface PhiViewed {
  readonly record: string;
  readonly record_id: string;
}

/** Events were exported from the admin; `protected` says whether protected fields were included. */
export interface EventsExported {
  readonly events: number;
  readonly format: "csv" | "json";
  readonly protected: boolean;
}

/** An operator sent a job to the queue again. */
export interface JobRepublished {
  readonly job_id: string;
  readonly kind: string;
}

/** An operator had an open stream ended; its client comes back by itself. */
export interface StreamEndOrdered {
  readonly process: string;
  readonly stream: number;
}

/** An operator had a server process send its streams elsewhere and take no more. */
export interface ProcessDrainOrdered {
  readonly process: string;
}

/** An operator switched streaming off or on, for everybody and in every process. */
export interface StreamingSwitched {
  readonly streaming: "on" | "off";
}

/** The log was restored from a backup: positions after the backup's head mean other events from here on. */
export interface LogEpochBegun {
  readonly epoch: string;
  readonly previous: string | null;
}

/** The person was erased (GDPR, Article 17): nothing can open what the log says of them, and the rest is deleted. Of how many `events` that were kept `sealed` had protected fields; how much else there was, by kind. Consents are kept without where they were made from, jobs are cancelled. */
export interface PatientErased {
  readonly erasure_id: string;
  readonly events: number;
  readonly sealed: number;
  readonly documents: number;
  readonly resources: number;
  readonly matches: number;
  readonly notifications: number;
  readonly answers: number;
  readonly cancelled_jobs: number;
  readonly consents: number;
}

/** One streamed event: `position` is its place in the patient's stream, dense from 1. */
export interface Streamed<Type extends string, Payload> {
  readonly position: number;
  readonly event_id: string;
  readonly event_type: Type;
  readonly occurred_at: string;
  readonly correlation_id: string;
  readonly payload: Payload;
}

/** Every event a stream may carry, told apart by `event_type`. */
export type CurawayEvent =
  | Streamed<"document_uploaded", DocumentUploaded>
  | Streamed<"document_parsing", DocumentParsing>
  | Streamed<"document_parsed", DocumentParsed>
  | Streamed<"document_analyzing", DocumentAnalyzing>
  | Streamed<"document_analyzed", DocumentAnalyzed>
  | Streamed<"document_failed", DocumentFailed>
  | Streamed<"clinical_entities_extracted", ClinicalEntitiesExtracted>
  | Streamed<"fhir_resource_created", FhirResourceCreated>
  | Streamed<"chat_data_collected", ChatDataCollected>
  | Streamed<"ehr_conflict_detected", EhrConflictDetected>
  | Streamed<"intake_progress_updated", IntakeProgressUpdated>
  | Streamed<"match_requested", MatchRequested>
  | Streamed<"match_stage_completed", MatchStageCompleted>
  | Streamed<"match_completed", MatchCompleted>
  | Streamed<"match_failed", MatchFailed>
  | Streamed<"agent_response_generated", AgentResponseGenerated>;

export type EventType = CurawayEvent["event_type"];

/** The event types behind each name a stream uses (`event:` of the frame). */
export interface StreamEvents {
  readonly document_update: Extract<CurawayEvent, { event_type: "document_uploaded" | "document_parsing" | "document_parsed" | "document_analyzing" | "document_analyzed" | "document_failed" }>;
  readonly ehr_update: Extract<CurawayEvent, { event_type: "clinical_entities_extracted" | "fhir_resource_created" | "chat_data_collected" | "ehr_conflict_detected" }>;
  readonly intake_progress: Extract<CurawayEvent, { event_type: "intake_progress_updated" }>;
  readonly match_progress: Extract<CurawayEvent, { event_type: "match_requested" | "match_stage_completed" | "match_completed" | "match_failed" }>;
  readonly agent_response: Extract<CurawayEvent, { event_type: "agent_response_generated" }>;
}

export type StreamEventName = keyof StreamEvents;
