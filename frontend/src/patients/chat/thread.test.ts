import { describe, expect, it } from "vitest";
import { document, match, message } from "../../app/testing/people";
import type { AgentAnswer } from "../../api/types";
import type { StreamEvents } from "../../generated/events";
import { outbox } from "./outbox";
import { arranged, type Outgoing, suggestionsIn, withAnswer, withExchange } from "./thread";

const hello = message({ message_id: "wel_1", created_at: "2026-01-02T02:00:00Z" });
const sent: Outgoing = {
  key: "chat-1",
  content: "I have diabetes",
  locale: "en",
  isFailed: false,
  // This clock is an hour behind the server's.
  sentAt: "2026-01-02T01:00:00Z",
  after: "wel_1",
};
const answer = {
  message_id: "ans_7",
  agent_name: "intake",
  content: "Thank you.",
  content_type: "text",
  suggested_actions: [],
} as const;
const event = { payload: answer, occurred_at: "2026-01-02T02:00:05Z" } as unknown as StreamEvents["agent_response"];
const given = { ...answer, role: "agent", metadata: { intake_progress: 0, documents_processing: 0 } } as unknown;
const nothing = { messages: [], outgoing: [], documents: [], matches: [] };
const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id);

describe("an answer that the stream tells of", () => {
  it("stands in the conversation once, however often it is told", () => {
    const once = withAnswer([hello], event);
    expect(once.map(({ message_id }) => message_id)).toEqual(["wel_1", "ans_7"]);
    expect(withAnswer(once, event)).toBe(once);
  });

  it("stands after the message that it answers, though that is still on its way", () => {
    const messages = withAnswer([hello], event);
    expect(ids(arranged({ ...nothing, messages, outgoing: [sent] }))).toEqual(["wel_1", "chat-1", "ans_7"]);
  });
});

describe("a message that was sent", () => {
  it("is followed by its answer, whether the stream or the request told of it first", () => {
    const expected = ["wel_1", "msg_7", "ans_7"];
    const requestFirst = withExchange([hello], sent, given as AgentAnswer);
    const streamFirst = withExchange(withAnswer([hello], event), sent, given as AgentAnswer);
    expect(requestFirst.map(({ message_id }) => message_id)).toEqual(expected);
    expect(streamFirst.map(({ message_id }) => message_id)).toEqual(expected);
    expect(withExchange(requestFirst, sent, given as AgentAnswer)).toEqual(requestFirst);
  });

  it("is not shown twice when the conversation was read again before the request returned", () => {
    const kept = message({ message_id: "msg_7", role: "patient", content: sent.content });
    expect(ids(arranged({ ...nothing, messages: [hello, kept], outgoing: [sent] }))).toEqual(["wel_1", "msg_7"]);
  });

  it("is not shown as failed when the server has kept it, and only its answer was lost", () => {
    const kept = message({ message_id: "msg_7", role: "patient", content: sent.content });
    const later = { ...sent, key: "chat-2", content: "Hello?" };
    const failed = outbox([sent, later], { kind: "failed", key: "chat-1" });
    const outgoing = outbox(failed, { kind: "gone", key: "chat-2", reached: "ans_9" });
    expect(ids(arranged({ ...nothing, messages: [hello, kept], outgoing }))).toEqual(["wel_1", "msg_7"]);
  });

  it("waits at the end when it failed", () => {
    const outgoing = outbox([sent], { kind: "failed", key: "chat-1" });
    const messages = withAnswer([hello], event);
    expect(ids(arranged({ ...nothing, messages, outgoing }))).toEqual(["wel_1", "ans_7", "chat-1"]);
  });
});

describe("documents and matches", () => {
  it("stand where they happened", () => {
    const parts = {
      messages: [hello, message({ message_id: "ans_9", created_at: "2026-01-02T03:30:00Z" })],
      documents: [document({ id: "doc_1", uploaded_at: "2026-01-02T03:00:00Z" })],
      matches: [match({ id: "mat_1", created_at: "2026-01-02T04:00:00Z" })],
      outgoing: [],
    };
    expect(ids(arranged(parts))).toEqual(["wel_1", "doc_1", "ans_9", "mat_1"]);
  });

  it("from before the oldest message that is shown wait for the earlier ones", () => {
    const documents = [document({ uploaded_at: "2026-01-01T00:00:00Z" })];
    expect(ids(arranged({ ...nothing, messages: [hello], documents }))).toEqual(["wel_1"]);
    expect(ids(arranged({ ...nothing, documents }))).toEqual(["doc_1"]);
  });
});

it("offers the last word's suggestions only", () => {
  const asked = message({ suggested_actions: [{ action: "skip:budget", label: "Skip" }] });
  expect(suggestionsIn([asked])).toHaveLength(1);
  expect(suggestionsIn([asked, message({ message_id: "msg_2", role: "patient" })])).toEqual([]);
});
