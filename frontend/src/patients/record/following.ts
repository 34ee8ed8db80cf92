import type { CurawayEvent, DocumentParsing, StreamEvents } from "../../generated/events";
import type { OpenMatch, Processing, Summary, SummaryAt, SummaryDocument } from "./summary";

type DocumentEvent = StreamEvents["document_update"];
type MatchEvent = StreamEvents["match_progress"];

/**
 * The summary after one more event. What it held already, by its position, changes nothing.
 *
 * Clinical findings are not in the events (no health data travels twice): they only move the position, and the
 * summary has to be read again for them.
 */
export function followed(at: SummaryAt, event: CurawayEvent): SummaryAt {
  if (event.position <= at.position) return at;
  return { position: event.position, summary: { ...changed(at.summary, event), position: event.position } };
}

function changed(summary: Summary, event: CurawayEvent): Summary {
  if (isDocumentEvent(event)) return withDocument(summary, event);
  if (isMatchEvent(event)) return withMatch(summary, event);
  if (event.event_type !== "intake_progress_updated") return summary;
  const { progress, categories } = event.payload;
  return { ...summary, intake_progress: { progress, categories } };
}

function isDocumentEvent(event: CurawayEvent): event is DocumentEvent {
  return event.event_type.startsWith("document_");
}

function isMatchEvent(event: CurawayEvent): event is MatchEvent {
  return event.event_type.startsWith("match_");
}

function withDocument(summary: Summary, event: DocumentEvent): Summary {
  const { document_id: id, status } = event.payload;
  const known = summary.documents.find((document) => document.id === id);
  const next = { ...(known ?? begun(event)), ...told(event) };
  return {
    ...summary,
    documents: known
      ? summary.documents.map((document) => (document.id === id ? next : document))
      : [...summary.documents, next],
    processing: [
      ...summary.processing.filter((entry) => entry.id !== id),
      ...(isOnItsWay(event) ? [{ kind: "document", id, status } satisfies Processing] : []),
    ],
  };
}

function isOnItsWay(event: DocumentEvent): boolean {
  if (event.event_type === "document_parsed") return event.payload.clinical;
  return event.event_type !== "document_analyzed" && event.event_type !== "document_failed";
}

/** What the event says about the document, in the summary's names. */
function told(event: DocumentEvent): Partial<SummaryDocument> {
  const { status } = event.payload;
  switch (event.event_type) {
    case "document_uploaded":
      return { status, size: event.payload.size, content_type: event.payload.content_type, reason: null };
    case "document_parsing":
      return { status, ...pagesIn(event.payload) };
    case "document_parsed": {
      const { pages, characters, method, confidence, page_confidence, needs_review } = event.payload;
      return {
        status,
        pages,
        pages_read: pages,
        characters,
        method,
        confidence,
        // An event of an older log does not have it.
        page_confidence: [...((page_confidence as typeof page_confidence | undefined) ?? [])],
        needs_review: [...needs_review],
      };
    }
    case "document_failed":
      return { status, reason: event.payload.reason, retryable: event.payload.retryable };
    default:
      return { status };
  }
}

/** Long documents tell which page has been read; short ones tell nothing on their way. */
function pagesIn({ page, pages }: DocumentParsing): Partial<SummaryDocument> {
  return { ...(page ? { pages_read: page } : {}), ...(pages ? { pages } : {}) };
}

function begun(event: DocumentEvent): SummaryDocument {
  return {
    id: event.payload.document_id,
    filename: event.payload.filename,
    content_type: "",
    size: 0,
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
    created_at: event.occurred_at,
    uploaded_at: event.occurred_at,
  };
}

function withMatch(summary: Summary, event: MatchEvent): Summary {
  const others = summary.processing.filter((entry) => entry.kind !== "match");
  const match = openMatch(event);
  if (match === null) return { ...summary, match: null, processing: others };
  return { ...summary, match, processing: [...others, { kind: "match", id: match.id, status: match.stage }] };
}

function openMatch(event: MatchEvent): OpenMatch | null {
  if (event.event_type === "match_completed" || event.event_type === "match_failed") return null;
  const { match_id: id, stage, providers } = event.payload;
  return { id, status: "requested", stage, providers };
}
