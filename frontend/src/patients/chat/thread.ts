import type { Action, AgentAnswer, MatchRecord, MessageRecord } from "../../api/types";
import type { StreamEvents } from "../../generated/events";
import type { Locale } from "../../i18n/locale";
import type { SummaryDocument } from "../record/summary";

type AnswerEvent = StreamEvents["agent_response"];

/** A message of the patient's own that the server has not answered yet. */
export interface Outgoing {
  /** The idempotency key, the same for every attempt. */
  readonly key: string;
  readonly content: string;
  /** Of the screen it was written on: another one under the same key would be another message. */
  readonly locale: Locale;
  readonly isFailed: boolean;
  readonly sentAt: string;
  /** The last message of the conversation when it was sent; null for the first. */
  readonly after: string | null;
}

/** What the conversation shows, in its order. */
export type Item =
  | { readonly kind: "message"; readonly id: string; readonly at: string; readonly message: MessageRecord }
  | { readonly kind: "outgoing"; readonly id: string; readonly at: string; readonly outgoing: Outgoing }
  | { readonly kind: "document"; readonly id: string; readonly at: string; readonly document: SummaryDocument }
  | { readonly kind: "match"; readonly id: string; readonly at: string; readonly match: MatchRecord };

const MESSAGE = "msg_";
const ANSWER = "ans_";

/** The conversation with an answer that the stream told of; told twice, it stands there once. */
export function withAnswer(messages: readonly MessageRecord[], event: AnswerEvent): readonly MessageRecord[] {
  const { payload, occurred_at } = event;
  if (messages.some((message) => message.message_id === payload.message_id)) return messages;
  const { message_id, agent_name, content, content_type } = payload;
  const suggested_actions = [...payload.suggested_actions];
  const answer = { message_id, agent_name, content, content_type, suggested_actions };
  return [...messages, { ...answer, role: "agent", created_at: occurred_at }];
}

/** The conversation with a message that was sent, and the answer that came for it. */
export function withExchange(
  messages: readonly MessageRecord[],
  outgoing: Outgoing,
  answer: AgentAnswer,
): readonly MessageRecord[] {
  const own = ownMessage(outgoing, answer);
  const told = messages.some((message) => message.message_id === answer.message_id);
  const all = told ? messages : [...messages, { ...answer, created_at: new Date().toISOString() }];
  if (own === null || all.some((message) => message.message_id === own.message_id)) return all;
  const place = all.findIndex((message) => message.message_id === answer.message_id);
  return [...all.slice(0, place), own, ...all.slice(place)];
}

/** A message's answer is known by its name: `msg_x` is answered by `ans_x`. */
function ownMessage(outgoing: Outgoing, answer: AgentAnswer): MessageRecord | null {
  if (!answer.message_id.startsWith(ANSWER)) return null;
  return {
    message_id: MESSAGE + answer.message_id.slice(ANSWER.length),
    role: "patient",
    agent_name: null,
    content: outgoing.content,
    content_type: "text",
    suggested_actions: [],
    created_at: outgoing.sentAt,
  };
}

interface Parts {
  readonly messages: readonly MessageRecord[];
  readonly outgoing: readonly Outgoing[];
  readonly documents: readonly SummaryDocument[];
  readonly matches: readonly MatchRecord[];
}

/** Everything in the conversation by time; own messages stand where they were sent, whatever this clock says. */
export function arranged({ messages, outgoing, documents, matches }: Parts): Item[] {
  const said: Item[] = messages.map((message) => ({
    kind: "message",
    id: message.message_id,
    at: message.created_at,
    message,
  }));
  const begin = messages[0]?.created_at ?? "";
  const cards: Item[] = [
    ...documents.map((document): Item => {
      return { kind: "document", id: document.id, at: document.uploaded_at ?? document.created_at, document };
    }),
    ...matches.map((match): Item => ({ kind: "match", id: match.id, at: match.created_at, match })),
  ];
  // Before the oldest message that is shown there may be others: cards wait until those are there as well.
  const waiting = outgoing.filter((one) => !isKept(one, messages));
  const inTime = merged(
    said,
    cards.filter((card) => time(card.at) >= time(begin) || messages.length === 0),
  );
  return waiting.reduce(placed, inTime);
}

/** The conversation may be read again before the answer to a message is here, or though it never came. */
function isKept({ after, content }: Outgoing, messages: readonly MessageRecord[]): boolean {
  const later = messages.slice(messages.findIndex((message) => message.message_id === after) + 1);
  return later.some((message) => message.role === "patient" && message.content === content);
}

function merged(said: readonly Item[], cards: readonly Item[]): Item[] {
  // A sort by time alone could swap a question and its answer of the same millisecond.
  const rest = [...cards].sort((one, other) => time(one.at) - time(other.at));
  const all: Item[] = [];
  for (const item of said) {
    while (rest[0] && time(rest[0].at) < time(item.at)) all.push(...rest.splice(0, 1));
    all.push(item);
  }
  return [...all, ...rest];
}

function placed(items: Item[], outgoing: Outgoing): Item[] {
  const item: Item = { kind: "outgoing", id: outgoing.key, at: outgoing.sentAt, outgoing };
  const answer = items.findIndex(
    (other, place) =>
      place > placeOf(items, outgoing.after) && other.kind === "message" && other.message.role === "agent",
  );
  return answer === -1 || outgoing.isFailed
    ? [...items, item]
    : [...items.slice(0, answer), item, ...items.slice(answer)];
}

function placeOf(items: readonly Item[], id: string | null): number {
  return id === null ? -1 : items.findIndex((item) => item.id === id);
}

function time(iso: string): number {
  return Date.parse(iso) || 0;
}

/** What can be done with one tap now: only the last word's suggestions still stand. */
export function suggestionsIn(messages: readonly MessageRecord[]): readonly Action[] {
  return messages.at(-1)?.suggested_actions ?? [];
}
