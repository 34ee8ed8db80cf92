import type { CurawayEvent, StreamEventName, StreamEvents } from "../generated/events";

/**
 * What the connection is doing, for the dot and for whoever waits.
 *
 * `polling`: streaming is switched off at the server; events come by `/events` and the stream is probed again.
 * `disconnected`: three attempts in a row have failed, or nobody may look; a click, `online` or coming back tries again.
 */
export type StreamStatus = "connecting" | "connected" | "reconnecting" | "disconnected" | "polling";

/** Why it is `disconnected`; null otherwise. */
export type StreamFailure = "unreachable" | "unauthorized" | "forbidden" | "not_found" | "quarantined" | "revoked";

/** What the server said the record is, at `position`; a stream begins with it and a reset replaces it. */
export interface StreamState<Summary = unknown> {
  readonly position: number;
  readonly summary: Summary;
  /** True when events were skipped to get here: what was built from earlier events has to be thrown away. */
  readonly replaced: boolean;
}

/** What a connection shows of itself; immutable, a new object for every change. */
export interface StreamSnapshot {
  readonly status: StreamStatus;
  readonly failure: StreamFailure | null;
  /** Position of the last event that was handed on; null before the first `connected`. */
  readonly position: number | null;
  /** Failed attempts in a row. */
  readonly attempts: number;
  /** Events that a frame skipped and that were read from `/events` instead, since the page was opened. */
  readonly repaired: number;
  /** Times this page connected again. */
  readonly reconnects: number;
  /** The reason of the last `done`, null before the first. */
  readonly ended: string | null;
}

/** What is heard; every event once, in order, whatever happens to the connection. */
export interface StreamListener<Summary = unknown> {
  onEvent?(event: CurawayEvent, name: StreamEventName): void;
  onState?(state: StreamState<Summary>): void;
  onChange?(snapshot: StreamSnapshot): void;
}

/** Who asks: a token is asked for before every attempt; `refresh` is true after a 401. */
export interface StreamCredentials {
  readonly tenantId: string;
  /** Who is signed in, the token's `sub`; read from the token when it is not given. Tabs share by it. */
  readonly subject?: string;
  getToken(options: { refresh: boolean }): Promise<string>;
}

/** One function per stream event name, typed by the payloads behind it. */
export interface EventHandlers<Summary = unknown> {
  onDocumentUpdate?(event: StreamEvents["document_update"]): void;
  onEHRUpdate?(event: StreamEvents["ehr_update"]): void;
  onIntakeProgress?(event: StreamEvents["intake_progress"]): void;
  onMatchProgress?(event: StreamEvents["match_progress"]): void;
  onAgentResponse?(event: StreamEvents["agent_response"]): void;
  /** Every event, whatever its name. */
  onEvent?(event: CurawayEvent, name: StreamEventName): void;
  /** The state a stream begins with, or that replaces everything after a reset. */
  onState?(state: StreamState<Summary>): void;
}
