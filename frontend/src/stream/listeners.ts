import type { CurawayEvent, StreamEventName } from "../generated/events";
import type { StreamListener, StreamSnapshot, StreamState } from "./types";

/** Those who hear a stream in this page. An error of one of them stops neither the others nor the stream. */
export class Listeners implements Required<StreamListener> {
  readonly #listeners = new Set<StreamListener>();
  readonly #reportError: (error: unknown) => void;

  constructor(reportError: (error: unknown) => void) {
    this.#reportError = reportError;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: StreamListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: StreamListener): void {
    this.#listeners.delete(listener);
  }

  onEvent(event: CurawayEvent, name: StreamEventName): void {
    this.#tell((listener) => listener.onEvent?.(event, name));
  }

  onState(state: StreamState): void {
    this.#tell((listener) => listener.onState?.(state));
  }

  onChange(snapshot: StreamSnapshot): void {
    this.#tell((listener) => listener.onChange?.(snapshot));
  }

  #tell(say: (listener: StreamListener) => void): void {
    for (const listener of [...this.#listeners]) {
      // One that was removed by an earlier one must hear nothing any more.
      if (!this.#listeners.has(listener)) continue;
      try {
        say(listener);
      } catch (error) {
        this.#reportError(error);
      }
    }
  }
}
