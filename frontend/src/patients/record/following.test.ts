import { describe, expect, it } from "vitest";
import { document, summary } from "../../app/testing/people";
import type { CurawayEvent } from "../../generated/events";
import { followed } from "./following";
import type { SummaryAt } from "./summary";

function event<Type extends CurawayEvent["event_type"]>(
  position: number,
  event_type: Type,
  payload: object,
): CurawayEvent {
  return {
    position,
    event_type,
    payload,
    event_id: "1",
    occurred_at: "2026-01-02T03:04:05Z",
    correlation_id: "c",
  } as unknown as CurawayEvent;
}

const start: SummaryAt = { position: 10, summary: summary({ position: 10 }) };
const knee = { document_id: "doc_1", filename: "knee.pdf" };

describe("the summary after an event", () => {
  it("is the same when it held the event already", () => {
    const before = { ...start, summary: summary({ documents: [document({ status: "analyzed" })] }) };
    expect(followed(before, event(10, "document_parsing", { ...knee, status: "parsing" }))).toBe(before);
  });

  it("shows a document from its upload to the record", () => {
    const way = [
      event(11, "document_uploaded", { ...knee, status: "uploaded", content_type: "application/pdf", size: 2048 }),
      event(12, "document_parsing", { ...knee, status: "parsing", page: 2, pages: 7 }),
      event(13, "document_parsed", {
        ...knee,
        status: "parsed",
        pages: 7,
        characters: 900,
        method: "ocr",
        confidence: 0.9,
        page_confidence: [],
        needs_review: [3],
        clinical: true,
      }),
      event(14, "document_analyzing", { ...knee, status: "analyzing" }),
      event(15, "document_analyzed", { ...knee, status: "analyzed" }),
    ];
    const seen = way.map((_, count) => way.slice(0, count + 1).reduce(followed, start).summary);
    expect(seen.map(({ documents }) => documents[0]?.status)).toEqual([
      "uploaded",
      "parsing",
      "parsed",
      "analyzing",
      "analyzed",
    ]);
    expect(seen[1]?.documents[0]).toMatchObject({ pages_read: 2, pages: 7 });
    expect(seen[2]?.documents[0]).toMatchObject({ pages: 7, pages_read: 7, needs_review: [3] });
    expect(seen.map(({ processing }) => processing.length)).toEqual([1, 1, 1, 1, 0]);
    expect(seen.at(-1)?.position).toBe(15);
  });

  it("says why a document failed", () => {
    const failed = event(11, "document_failed", { ...knee, status: "failed", reason: "Too dark.", retryable: false });
    const { documents, processing } = followed(start, failed).summary;
    expect(documents).toMatchObject([{ id: "doc_1", status: "failed", reason: "Too dark.", retryable: false }]);
    expect(processing).toEqual([]);
  });

  it("stops waiting for a document whose text is not clinical", () => {
    const parsed = {
      ...knee,
      status: "parsed",
      pages: 1,
      characters: 20,
      page_confidence: [],
      needs_review: [],
      clinical: false,
    };
    expect(followed(start, event(11, "document_parsed", parsed)).summary.processing).toEqual([]);
  });

  it("shows a match while it is made, and not after", () => {
    const asked = followed(start, event(11, "match_requested", { match_id: "m", stage: "requested", providers: 0 }));
    const stage = followed(asked, event(12, "match_stage_completed", { match_id: "m", stage: "filter", providers: 9 }));
    expect(stage.summary.match).toMatchObject({ id: "m", stage: "filter", providers: 9 });
    const done = event(13, "match_completed", { match_id: "m", stage: "completed", providers: 9, matches: [] });
    expect(followed(stage, done).summary).toMatchObject({ match: null, processing: [] });
  });

  it("shows the intake's progress", () => {
    const told = { progress: 0.5, previous: 0.38, categories: { documents: 0.5 } };
    expect(followed(start, event(11, "intake_progress_updated", told)).summary.intake_progress).toEqual({
      progress: 0.5,
      categories: { documents: 0.5 },
    });
  });

  it("only moves on for findings, which are read again", () => {
    const after = followed(start, event(11, "fhir_resource_created", { resource_id: "1" }));
    expect(after).toEqual({ position: 11, summary: { ...start.summary, position: 11 } });
  });
});
