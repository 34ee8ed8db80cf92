import type { Texts } from "../../i18n/en";
import type { Formats } from "../../i18n/format";
import type { SummaryDocument } from "../record/summary";

/** How far a status is on the way from upload to record, 0-1. */
const SHARES: Readonly<Record<string, number>> = {
  expected: 0,
  uploaded: 0.1,
  parsing: 0.25,
  parsed: 0.65,
  analyzing: 0.8,
};

/** Characters above which a text is analyzed; below, a read document stays as it is. */
const CLINICAL_CHARACTERS = 100;

/** Whether something is still to happen to the document. */
export function isMoving({ status, characters }: SummaryDocument): boolean {
  if (status === "parsed") return characters > CLINICAL_CHARACTERS;
  return status !== "analyzed" && status !== "failed";
}

export function shareOf({ status, pages_read, pages }: SummaryDocument): number {
  const share = SHARES[status] ?? 1;
  if (status !== "parsing" || !pages) return share;
  return share + (pages_read / pages) * ((SHARES["parsed"] ?? 1) - share);
}

/** The status in words; of a long document, the page that is being read. */
export function statusOf(document: SummaryDocument, t: Texts, format: Formats): string {
  const { status, pages_read, pages } = document;
  if (status === "parsing" && pages && pages_read > 0) {
    return t.documents.readingPage(format.number(Math.min(pages_read + 1, pages)), format.number(pages));
  }
  if (status === "parsed" && !isMoving(document)) return `${t.documents.status.parsed}. ${t.documents.notClinical}`;
  return t.documents.status[status];
}
