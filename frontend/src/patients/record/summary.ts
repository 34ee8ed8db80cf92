import type { DocumentRecord } from "../../api/types";

export type Source = "structured" | "document" | "chat" | "self_report";

/** Where a piece of the record comes from, and how sure it is (0-1). */
export interface Sourced {
  readonly source: Source;
  readonly confidence: number;
}

export interface Demographics extends Sourced {
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly date_of_birth: string | null;
  readonly sex: string | null;
  readonly country: string | null;
  readonly locale: string;
  readonly procedure_interest: string | null;
}

/** One thing the record says; what the kind's source told stands beside what every entry has. */
export interface Entry extends Sourced {
  readonly id: string;
  readonly code: string | null;
  readonly code_system: string | null;
  readonly display: string;
  readonly source_id: string;
  readonly conflict: boolean;
  readonly status?: string;
  readonly laterality?: string;
  readonly severity?: string;
  readonly stage?: string;
  readonly reaction?: string;
  readonly dose_value?: number;
  readonly dose_unit?: string;
  readonly times_per_day?: number;
  readonly frequency?: string;
  readonly as_needed?: boolean;
  readonly route?: string;
  readonly since?: string;
  readonly value?: number | string;
  readonly comparator?: string;
  readonly unit?: string;
  readonly low?: number;
  readonly high?: number;
  readonly interpretation?: string;
  readonly effective?: string;
  readonly date?: string;
  readonly components?: readonly { display: string; value: number; unit: string }[];
}

export interface Preference extends Sourced {
  readonly key: string;
  readonly value: unknown;
}

export interface IntakeProgress {
  readonly progress: number;
  readonly categories: Readonly<Record<string, number>>;
}

/** A match that is being made. */
export interface OpenMatch {
  readonly id: string;
  readonly status: string;
  readonly stage: string;
  readonly providers: number;
}

export interface Processing {
  readonly kind: "document" | "match";
  readonly id: string;
  readonly status: string;
}

/** A document as the summary shows it; of a long one, `pages_read` of `pages` have been read. */
export type SummaryDocument = DocumentRecord;

export const ENTRY_KINDS = ["conditions", "medications", "allergies", "observations", "procedures"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** The record at a glance, as `/summary` and a stream's `state` tell it. */
export interface Summary extends Readonly<Record<EntryKind, readonly Entry[]>> {
  readonly demographics: Demographics;
  readonly preferences: readonly Preference[];
  readonly documents: readonly SummaryDocument[];
  readonly intake_progress: IntakeProgress;
  readonly match: OpenMatch | null;
  readonly processing: readonly Processing[];
  readonly position: number;
}

/** A summary, and the stream position that it holds at. */
export interface SummaryAt {
  readonly position: number;
  readonly summary: Summary;
}
