import type { CurawayEvent } from "../generated/events";
import { Garbled } from "./faults";

/** The first frame of a stream. */
export interface Connected {
  /** Where the stream goes on from. */
  readonly position: number;
  readonly resumed: boolean;
  readonly heartbeatMs: number;
  /** The summary, as it was at the log's head; ahead of `position` when the stream is resumed. */
  readonly state: unknown;
  /** The life of the log that positions belong to; null from a server that does not tell. */
  readonly epoch: string | null;
}

/** The last frame of a stream that the server ends. */
export interface Done {
  readonly reason: string;
  readonly reconnect: boolean;
  readonly retryMs: number;
}

/** A page of `/events`. */
export interface Page {
  readonly events: readonly CurawayEvent[];
  /** What to ask with next time; below what was asked with when that lay beyond the log's end. */
  readonly position: number;
  readonly hasMore: boolean;
  /** The log is another one than that which the position was heard in. */
  readonly reset: boolean;
}

/** What `/summary` answers. */
export interface Summary {
  readonly position: number;
  readonly epoch: string | null;
  readonly summary: unknown;
}

const DEFAULT_HEARTBEAT_SECONDS = 15;
/** Timers count to 24 days; a longer one fires at once. */
const HOUR = 3600;

type Fields = Readonly<Record<string, unknown>>;

export function parseConnected(data: string): Connected {
  const fields = fieldsOf(data);
  const seconds = fields["heartbeat_seconds"];
  return {
    position: positionIn(fields, 0),
    resumed: fields["resumed"] === true,
    heartbeatMs: 1000 * (isAmount(seconds) && seconds > 0 ? Math.min(seconds, HOUR) : DEFAULT_HEARTBEAT_SECONDS),
    state: fields["state"],
    epoch: epochIn(fields),
  };
}

export function parseDone(data: string): Done {
  const { reason, reconnect, retry_ms: retryMs } = fieldsOf(data);
  if (typeof reason !== "string") throw new Garbled("done without a reason");
  return { reason, reconnect: reconnect === true, retryMs: isAmount(retryMs) ? retryMs : 0 };
}

export function parseEvent(data: string): CurawayEvent {
  return eventIn(parsed(data));
}

/** `answer` is the envelope's `data`. */
export function pageIn(answer: unknown): Page {
  const fields = asFields(answer);
  const events = fields["events"];
  if (!Array.isArray(events)) throw new Garbled("a page without events");
  return {
    events: events.map(eventIn),
    position: positionIn(fields, 0),
    hasMore: fields["has_more"] === true,
    reset: fields["reset"] !== undefined,
  };
}

/** `answer` is the envelope's `data`. */
export function summaryIn(answer: unknown): Summary {
  const fields = asFields(answer);
  return { position: positionIn(fields, 0), epoch: epochIn(fields), summary: fields["summary"] };
}

/** The payload is the server's word, derived from the same registry as its type; what the engine needs is checked. */
function eventIn(value: unknown): CurawayEvent {
  const fields = asFields(value);
  positionIn(fields, 1);
  if (typeof fields["event_type"] !== "string") throw new Garbled("an event without a type");
  asFields(fields["payload"]);
  return value as CurawayEvent;
}

function positionIn(fields: Fields, least: number): number {
  const position = fields["position"];
  if (!Number.isSafeInteger(position) || (position as number) < least) throw new Garbled("no position");
  return position as number;
}

function epochIn(fields: Fields): string | null {
  const epoch = fields["epoch"];
  return typeof epoch === "string" ? epoch : null;
}

function fieldsOf(data: string): Fields {
  return asFields(parsed(data));
}

function asFields(value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw new Garbled("not an object");
  return value as Fields;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // The syntax error quotes the text, which is about a person.
    throw new Garbled("not JSON");
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
