import type { EventType, StreamEventName } from "../generated/events";

/** The name that each event type streams under; `/events` tells the type only. */
const NAMES: Readonly<Record<EventType, StreamEventName>> = {
  document_uploaded: "document_update",
  document_parsing: "document_update",
  document_parsed: "document_update",
  document_analyzing: "document_update",
  document_analyzed: "document_update",
  document_failed: "document_update",
  clinical_entities_extracted: "ehr_update",
  fhir_resource_created: "ehr_update",
  chat_data_collected: "ehr_update",
  ehr_conflict_detected: "ehr_update",
  intake_progress_updated: "intake_progress",
  match_requested: "match_progress",
  match_stage_completed: "match_progress",
  match_completed: "match_progress",
  match_failed: "match_progress",
  agent_response_generated: "agent_response",
};

/** A type that a newer server knows and this page does not streams under its own name, as the server has it. */
export function streamNameOf(type: EventType): StreamEventName {
  return Object.hasOwn(NAMES, type) ? NAMES[type] : (type as string as StreamEventName);
}
