/** The names under which what was read about a patient is cached. */
export const keys = {
  config: ["config"],
  patient: (patientId: string) => ["patients", patientId],
  summary: (patientId: string) => ["patients", patientId, "summary"],
  messages: (patientId: string) => ["patients", patientId, "messages"],
  matches: (patientId: string) => ["patients", patientId, "matches"],
  consents: (patientId: string) => ["patients", patientId, "consent"],
} as const;
