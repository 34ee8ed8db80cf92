import type { StreamEnvironment } from "./environment";
import { Silent } from "./faults";

/** A stream that lived and spoke for this long is healthy, also when nothing has happened. */
const HEALTHY_MS = 5_000;
/** Hidden for less than this, a tab is not stopped by its browser. */
const HIDDEN_MS = 5_000;
const LATE_HEARTBEAT = 1.2;
const DEFAULT_HEARTBEAT_MS = 15_000;

/** How the connection is: failed attempts in a row, and when something was last heard. */
export class Health {
  /** Failed attempts in a row; a healthy stream resets it. */
  failures = 0;
  readonly #environment: StreamEnvironment;
  #heartbeatMs = DEFAULT_HEARTBEAT_MS;
  #connectedAt: number | null = null;
  #heardAt = 0;
  #isHealthy = false;

  constructor(environment: StreamEnvironment) {
    this.#environment = environment;
  }

  beginAttempt(): void {
    this.#connectedAt = null;
    this.#isHealthy = false;
    this.#heardAt = this.#environment.now();
  }

  connected(heartbeatMs: number): void {
    this.#heartbeatMs = heartbeatMs;
    this.#connectedAt = this.#heardAt = this.#environment.now();
  }

  heard(): void {
    this.#heardAt = this.#environment.now();
    this.#judge(this.#heardAt);
  }

  healthy(): void {
    this.#isHealthy = true;
    this.failures = 0;
  }

  /** The attempt has ended by this fault; returns the failures in a row, 0 when a healthy stream was lost. */
  failed(fault: unknown): number {
    // Silence does not prove that it lived.
    this.#judge(fault instanceof Silent ? this.#heardAt : this.#environment.now());
    if (!this.#isHealthy) this.failures += 1;
    return this.failures;
  }

  /**
   * Is the stream of a page that was hidden for `hiddenMs` probably dead, though it looks open?
   *
   * Some systems stop a hidden page and its connections without an error. Whatever was heard while it was hidden,
   * if not longer ago than a heartbeat, proves the contrary.
   */
  isStale(hiddenMs: number): boolean {
    const silentMs = this.#environment.now() - this.#heardAt;
    return hiddenMs >= HIDDEN_MS && silentMs >= Math.min(hiddenMs, LATE_HEARTBEAT * this.#heartbeatMs);
  }

  // A stream that says `connected` and is cut at once, every time, is none.
  #judge(aliveAt: number): void {
    if (this.#connectedAt !== null && aliveAt - this.#connectedAt >= HEALTHY_MS) this.healthy();
  }
}
