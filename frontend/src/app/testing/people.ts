import type { ConsentState, MatchRecord, MessageRecord, Purpose, RankedProvider } from "../../api/types";
import type { Entry, Summary, SummaryDocument } from "../../patients/record/summary";

/** What tests are about: an invented patient with an invented record. */

export const PATIENT = "patient-1";

const SAID = { source: "self_report", confidence: 1 } as const;

export const demographics: Summary["demographics"] = {
  first_name: "Maria",
  last_name: "Gonzalez",
  email: "maria@example.com",
  phone: null,
  date_of_birth: "1961-04-12",
  sex: "female",
  country: "US",
  locale: "en",
  procedure_interest: "Total knee replacement",
  ...SAID,
};

export function entry(told: Partial<Entry> & { display: string }): Entry {
  return {
    id: `fhir-${told.display}`,
    code: null,
    code_system: null,
    source: "document",
    source_id: "doc_1",
    confidence: 0.95,
    conflict: false,
    ...told,
  };
}

export function summary(told: Partial<Summary> = {}): Summary {
  return {
    demographics,
    conditions: [],
    medications: [],
    allergies: [],
    observations: [],
    procedures: [],
    preferences: [],
    documents: [],
    intake_progress: { progress: 0.38, categories: { demographics: 1, consent: 1, documents: 0 } },
    match: null,
    processing: [],
    position: 0,
    ...told,
  };
}

export function document(told: Partial<SummaryDocument> = {}): SummaryDocument {
  return {
    id: "doc_1",
    filename: "knee.pdf",
    content_type: "application/pdf",
    size: 2048,
    status: "uploaded",
    reason: null,
    retryable: null,
    pages: null,
    pages_read: 0,
    characters: 0,
    method: null,
    confidence: null,
    page_confidence: [],
    needs_review: [],
    created_at: "2026-01-02T03:00:00Z",
    uploaded_at: "2026-01-02T03:00:00Z",
    ...told,
  };
}

export function message(told: Partial<MessageRecord> = {}): MessageRecord {
  return {
    message_id: "ans_0",
    role: "agent",
    agent_name: "intake",
    content: "How can I help?",
    content_type: "text",
    suggested_actions: [],
    created_at: "2026-01-02T02:00:00Z",
    ...told,
  };
}

export function provider(told: Partial<RankedProvider> = {}): RankedProvider {
  return {
    rank: 1,
    provider_id: "pro_1",
    name: "Saffron Field",
    city: "Gurugram",
    country: "IN",
    country_name: "India",
    coordinates: { latitude: 28, longitude: 77 },
    score: 0.82,
    factors: { clinical_relevance: 1, outcome_score: 0.8, cost_score: 0.5 },
    reasons: ["It performs this procedure about 1,140 times a year."],
    caveat: "Prices are estimates.",
    price_usd: { low: 6900, high: 8800 },
    annual_volume: 1140,
    success_rate: 0.973,
    complication_rate: 0.011,
    accreditations: ["JCI"],
    specialities: "orthopaedics",
    languages: ["en"],
    flight_hours: 18.5,
    visa: "e-visa",
    wait_days: 28,
    invented: true,
    ...told,
  };
}

export function match(told: Partial<MatchRecord> = {}): MatchRecord {
  return {
    id: "mat_1",
    patient_id: PATIENT,
    status: "completed",
    stage: "completed",
    confidence: 0.6,
    gate: 0.4,
    procedures: [],
    providers: [provider()],
    message: null,
    missing: [],
    suggestions: [],
    notice: null,
    invented: true,
    created_at: "2026-01-02T04:00:00Z",
    completed_at: "2026-01-02T04:00:01Z",
    ...told,
  };
}

const PURPOSES: readonly (readonly [Purpose, boolean])[] = [
  ["clinical_data_processing", true],
  ["cross_border_transfer", true],
  ["provider_sharing", true],
  ["analytics", false],
  ["sms_transactional", false],
  ["sms_marketing", false],
];

/** All required purposes granted, but for those named. */
export function consents({ without = [] }: { without?: readonly Purpose[] } = {}): ConsentState[] {
  return PURPOSES.map(([purpose, required]) => {
    const granted = required && !without.includes(purpose);
    return {
      purpose,
      required,
      granted,
      policy_version: granted ? "2026-01" : null,
      updated_at: granted ? "2026-01-01T00:00:00Z" : null,
    };
  });
}
