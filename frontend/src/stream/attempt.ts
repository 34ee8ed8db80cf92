import type { Cursor } from "./cursor";
import type { StreamEnvironment } from "./environment";
import type { Requests } from "./requests";

/** What every way of hearing works with, and whom it tells. */
export interface Hearing {
  readonly environment: StreamEnvironment;
  readonly requests: Requests;
  readonly cursor: Cursor;
  /** Whether an idle stream is to stay open. */
  follows(): boolean;
  /** The state at `position` was read; events follow from there. */
  begin(position: number, summary: unknown): void;
  /** The stream is open; it is silent for at most `heartbeatMs`. */
  connected(heartbeatMs: number): void;
  /** Something came, if only a heartbeat. */
  heard(): void;
  /** This way works: earlier failures are forgotten. */
  healthy(): void;
  /** The server's `retry` field. */
  retryAfter(ms: number): void;
}

/** The longest that a single answer, or the beginning of a stream, is waited for. */
export const ANSWER_MS = 20_000;
