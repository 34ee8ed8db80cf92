import type { CurawayEvent, StreamEventName } from "../generated/events";
import type { StreamListener, StreamSnapshot, StreamState, StreamStatus } from "../stream/types";

/** Writes down what it hears. */
export class Listener implements StreamListener {
  readonly events: CurawayEvent[] = [];
  readonly names: StreamEventName[] = [];
  readonly states: StreamState[] = [];
  readonly snapshots: StreamSnapshot[] = [];

  onEvent(event: CurawayEvent, name: StreamEventName): void {
    this.events.push(event);
    this.names.push(name);
  }

  onState(state: StreamState): void {
    this.states.push(state);
  }

  onChange(snapshot: StreamSnapshot): void {
    this.snapshots.push(snapshot);
  }

  get positions(): number[] {
    return this.events.map((event) => event.position);
  }

  /** Every status it went through, each once in a row. */
  get statuses(): StreamStatus[] {
    return this.snapshots.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1]);
  }
}
