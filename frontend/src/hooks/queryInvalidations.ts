import type { EventType } from "../generated/events";

/** What is read of a patient, as the last part of a query's key: `["patients", patientId, resource]`. */
export type PatientResource = "summary" | "documents" | "messages" | "matches" | "fhir" | "consent";

/** What each event makes out of date. */
export const INVALIDATES: Readonly<Record<EventType, readonly PatientResource[]>> = {
  document_uploaded: ["summary", "documents"],
  document_parsing: ["summary", "documents"],
  document_parsed: ["summary", "documents"],
  document_analyzing: ["summary", "documents"],
  document_analyzed: ["summary", "documents"],
  document_failed: ["summary", "documents"],
  clinical_entities_extracted: ["summary", "fhir"],
  fhir_resource_created: ["summary", "fhir"],
  chat_data_collected: ["summary"],
  ehr_conflict_detected: ["summary", "fhir"],
  // A consent given elsewhere shows in the progress, and nowhere else.
  intake_progress_updated: ["summary", "consent"],
  match_requested: ["summary", "matches"],
  match_stage_completed: ["summary", "matches"],
  match_completed: ["summary", "matches"],
  match_failed: ["summary", "matches"],
  agent_response_generated: ["summary", "messages"],
};

/** Keys of the queries that an event makes out of date; all of the patient's for a type that this page does not know. */
export function invalidatedBy(patientId: string, type: EventType): readonly (readonly string[])[] {
  if (!Object.hasOwn(INVALIDATES, type)) return [["patients", patientId]];
  return INVALIDATES[type].map((resource) => ["patients", patientId, resource]);
}
