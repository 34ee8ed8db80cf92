import type { CurawayEvent, StreamEventName } from "../generated/events";
import { Garbled } from "./faults";
import type { Page } from "./messages";
import { streamNameOf } from "./names";

/** What a cursor reads what is missing with. */
export type ReadEvents = (after: number, signal: AbortSignal) => Promise<Page>;

/**
 * The place in a patient's stream up to which everything was handed on: every event once, in order, whatever
 * order, gaps and repetitions it hears them with.
 */
export class Cursor {
  /** Of the last event that was handed on; null before it was said where to begin. */
  position: number | null = null;
  /** Events that were missing and were read instead. */
  repaired = 0;
  readonly #read: ReadEvents;
  readonly #handOn: (event: CurawayEvent, name: StreamEventName) => void;

  constructor(read: ReadEvents, handOn: (event: CurawayEvent, name: StreamEventName) => void) {
    this.#read = read;
    this.#handOn = handOn;
  }

  /** Hand the event on, after what is missing before it; one that was handed on already is dropped. */
  async accept(event: CurawayEvent, name: StreamEventName, signal: AbortSignal): Promise<void> {
    if (event.position > this.#reached() + 1) await this.catchUp(event.position - 1, signal);
    this.take(event, name);
  }

  /** Read and hand on everything up to `position`, and what else comes with it. */
  async catchUp(position: number, signal: AbortSignal): Promise<void> {
    while (this.#reached() < position) {
      const before = this.#reached();
      const page = await this.#read(before, signal);
      // Aborted means that somebody else may be handing on by now.
      signal.throwIfAborted();
      this.takePage(page);
      // A log that does not hold what was announced would be asked for ever.
      if (this.#reached() === before) throw new Garbled("what is missing is not to be had");
      this.repaired += Math.min(this.#reached(), position) - before;
    }
  }

  /** Hand on the events of a page that was read after this position. */
  takePage(page: Page): void {
    for (const event of page.events) this.take(event, streamNameOf(event.event_type));
  }

  take(event: CurawayEvent, name: StreamEventName): void {
    const reached = this.#reached();
    if (event.position <= reached) return;
    if (event.position > reached + 1) throw new Garbled("a page with a hole");
    this.position = event.position;
    this.#handOn(event, name);
  }

  #reached(): number {
    if (this.position === null) throw new Garbled("an event before the beginning");
    return this.position;
  }
}
