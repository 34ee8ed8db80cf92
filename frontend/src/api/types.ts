import type { components } from "../generated/api";

type Schemas = components["schemas"];

export type PatientRecord = Schemas["PatientRecord"];
export type Registration = Schemas["Registration"];
export type ConsentState = Schemas["ConsentState"];
export type ConsentRecord = Schemas["ConsentRecord"];
export type Purpose = ConsentState["purpose"];
export type UploadTarget = Schemas["UploadTarget"];
export type DocumentRecord = Schemas["DocumentRecord"];
export type DocumentStatus = DocumentRecord["status"];
export type MessageRecord = Schemas["MessageRecord"];
export type AgentAnswer = Schemas["AgentAnswer"];
export type Action = Schemas["Action"];
export type MatchRecord = Schemas["MatchRecord"];
export type RankedProvider = Schemas["RankedProvider"];
export type Problem = Schemas["Problem"];
export type Meta = Schemas["Meta"];
