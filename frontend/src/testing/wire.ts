import type { CurawayEvent } from "../generated/events";
import { streamNameOf } from "../stream/names";

/** What a fake stream says of itself in its first frame. */
export interface ConnectedFacts {
  readonly patientId: string;
  readonly position: number;
  readonly head: number;
  readonly resumed: boolean;
  readonly reset?: "malformed" | "ahead";
  readonly epoch?: string;
  readonly heartbeatSeconds: number;
  readonly state: unknown;
}

export const HEARTBEAT = ":\n";
const RETRY_MS = 2000;

/** The first frame of a stream, as the server writes it. */
export function connectedFrame(facts: ConnectedFacts): string {
  const data = JSON.stringify({
    patient_id: facts.patientId,
    position: facts.position,
    head: facts.head,
    resumed: facts.resumed,
    ...(facts.reset === undefined ? {} : { reset: facts.reset }),
    ...(facts.epoch === undefined ? {} : { epoch: facts.epoch }),
    heartbeat_seconds: facts.heartbeatSeconds,
    expires_at: "2026-01-02T03:09:05.678901Z",
    state: facts.state,
  });
  return `event: connected\nid: ${facts.position}\nretry: ${RETRY_MS}\ndata: ${data}\n\n`;
}

/** The frame of a streamed event. */
export function eventFrame(event: CurawayEvent): string {
  return `event: ${streamNameOf(event.event_type)}\nid: ${event.position}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The last frame of a stream that the server ends. */
export function doneFrame(done: {
  readonly reason: string;
  readonly position: number;
  readonly reconnect: boolean;
  readonly retryMs: number;
}): string {
  const { reason, position, reconnect, retryMs } = done;
  const data = JSON.stringify({ reason, position, reconnect, retry_ms: retryMs });
  return `event: done\nid: ${position}\ndata: ${data}\n\n`;
}
