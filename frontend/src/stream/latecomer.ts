import type { CurawayEvent, StreamEventName } from "../generated/events";
import { ANSWER_MS } from "./attempt";
import type { StreamEnvironment } from "./environment";
import type { Summary } from "./messages";
import { Listeners } from "./listeners";
import { pause, within } from "./time";
import type { StreamListener, StreamSnapshot, StreamState, StreamStatus } from "./types";
import { finalFailure, fullJitter } from "./verdict";

/** What a latecomer reads the state with. */
export interface StateSource {
  readonly environment: StreamEnvironment;
  readSummary(signal: AbortSignal): Promise<Summary>;
}

const FIRST_PAUSE_MS = 1000;

/**
 * A listener that came when the stream was already under way, and begins with a state as the others did.
 *
 * The state is read anew; events that come meanwhile wait, and those that it holds already are left out.
 */
export class Latecomer implements StreamListener {
  readonly #listener: Listeners;
  readonly #source: StateSource;
  readonly #left = new AbortController();
  #waiting: [CurawayEvent, StreamEventName][] | null = [];
  #beganAt = 0;
  #isRefused = false;
  #status: StreamStatus | null = null;

  constructor(listener: StreamListener, source: StateSource) {
    this.#listener = new Listeners(source.environment.reportError);
    this.#listener.add(listener);
    this.#source = source;
    void this.#begin();
  }

  onEvent(event: CurawayEvent, name: StreamEventName): void {
    if (this.#isRefused) return;
    if (this.#waiting) this.#waiting.push([event, name]);
    else if (event.position > this.#beganAt) this.#listener.onEvent(event, name);
  }

  /** A reset brings the state itself. */
  onState(state: StreamState): void {
    this.#left.abort();
    this.#isRefused = false;
    this.#waiting = null;
    this.#beganAt = state.position;
    this.#listener.onState(state);
  }

  onChange(snapshot: StreamSnapshot): void {
    this.#listener.onChange(snapshot);
    const isBack = snapshot.status === "connected" && this.#status !== "connected";
    this.#status = snapshot.status;
    // Whoever may hear again, for example after signing in, may read the state again.
    if (isBack && this.#isRefused) void this.#begin();
  }

  leave(): void {
    this.#left.abort();
  }

  async #begin(): Promise<void> {
    const { environment } = this.#source;
    const { signal } = this.#left;
    this.#isRefused = false;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        // What came before the question was asked is in the answer.
        this.#waiting = [];
        const read = (inTime: AbortSignal) => this.#source.readSummary(inTime);
        return this.#beginWith(await within(environment, ANSWER_MS, signal, read));
      } catch (fault) {
        // The connection says so itself.
        this.#isRefused = finalFailure(fault) !== null;
        if (this.#isRefused) return;
        // Cut, silent, or refused for now: the state is asked for again.
      }
      await pause(environment, fullJitter(failures, FIRST_PAUSE_MS, environment.random), signal).catch(() => undefined);
    }
  }

  #beginWith({ position, summary }: Summary): void {
    const waiting = this.#waiting ?? [];
    this.onState({ position, summary, replaced: false });
    for (const [event, name] of waiting) this.onEvent(event, name);
  }
}
