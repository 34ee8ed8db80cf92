import type { CurawayEvent } from "../generated/events";
import type { StreamState } from "../stream/types";

/** What the hook has handed on so far. */
export interface Heard {
  readonly events: number;
  /** Milliseconds from the recording of an event to here; both clocks are this machine's. */
  readonly latencies: readonly number[];
  readonly first: number | null;
  readonly last: number | null;
  /** Positions that were skipped or came twice: the engine's promise is that there are none. */
  readonly faults: readonly string[];
  /** Times the state was replaced because events could not be had. */
  readonly resets: number;
}

export const NOTHING_HEARD: Heard = { events: 0, latencies: [], first: null, last: null, faults: [], resets: 0 };

export type Hearing =
  | { readonly kind: "event"; readonly event: CurawayEvent; readonly at: number }
  | { readonly kind: "state"; readonly state: StreamState }
  | { readonly kind: "clear" };

export function heard(before: Heard, hearing: Hearing): Heard {
  switch (hearing.kind) {
    case "clear":
      return { ...NOTHING_HEARD, last: before.last };
    case "state":
      if (!hearing.state.replaced) return before;
      return { ...before, resets: before.resets + 1, last: hearing.state.position };
    case "event":
      return withEvent(before, hearing.event, hearing.at);
  }
}

function withEvent(before: Heard, event: CurawayEvent, at: number): Heard {
  const { position } = event;
  const follows = before.last === null || position === before.last + 1;
  return {
    ...before,
    events: before.events + 1,
    latencies: [...before.latencies, at - Date.parse(event.occurred_at)].slice(-1000),
    first: before.first ?? position,
    last: position,
    faults: follows ? before.faults : [...before.faults, `${position} after ${before.last}`],
  };
}
