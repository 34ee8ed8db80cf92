import type { StreamEnvironment } from "./environment";
import { Silent } from "./faults";

/** The promise's outcome, or the signal's reason as soon as it is aborted, even if the promise never ends. */
export function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted before. */
export function pause(environment: StreamEnvironment, ms: number, signal: AbortSignal): Promise<void> {
  let timer: unknown;
  const elapsed = new Promise<void>((resolve) => {
    timer = environment.setTimeout(resolve, ms);
  });
  return abortable(elapsed, signal).finally(() => environment.clearTimeout(timer));
}

/** A signal that is aborted with its parent, and may be aborted alone. Call `release` when done with it. */
export function childOf(parent: AbortSignal): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  return { controller, release: () => parent.removeEventListener("abort", follow) };
}

/** Calls `onSilence` when `touch` was not called for `limitMs`. */
export class Watchdog {
  readonly #environment: StreamEnvironment;
  readonly #onSilence: () => void;
  #limitMs: number;
  #touchedAt: number;
  #timer: unknown;

  constructor(environment: StreamEnvironment, limitMs: number, onSilence: () => void) {
    this.#environment = environment;
    this.#onSilence = onSilence;
    this.#limitMs = limitMs;
    this.#touchedAt = environment.now();
    this.#arm(limitMs);
  }

  touch(): void {
    this.#touchedAt = this.#environment.now();
  }

  setLimit(limitMs: number): void {
    this.#limitMs = limitMs;
    this.touch();
    this.stop();
    this.#arm(limitMs);
  }

  stop(): void {
    this.#environment.clearTimeout(this.#timer);
  }

  // One timer that looks again, rather than a new one for every chunk.
  #arm(ms: number): void {
    this.#timer = this.#environment.setTimeout(() => {
      const now = this.#environment.now();
      // A clock that was set back would make it wait for as long as it was set back.
      this.#touchedAt = Math.min(this.#touchedAt, now);
      const left = this.#touchedAt + this.#limitMs - now;
      if (left <= 0) this.#onSilence();
      else this.#arm(left);
    }, ms);
  }
}

/** The work's outcome, or `Silent` when it takes longer than `limitMs`; its signal is aborted either way. */
export async function within<Value>(
  environment: StreamEnvironment,
  limitMs: number,
  parent: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { controller, release } = childOf(parent);
  const timer = environment.setTimeout(() => controller.abort(new Silent()), limitMs);
  try {
    return await abortable(work(controller.signal), controller.signal);
  } finally {
    environment.clearTimeout(timer);
    release();
    controller.abort();
  }
}

/** Ends by the signal only, by rejecting with its reason. */
export function never(signal: AbortSignal): Promise<never> {
  return abortable(new Promise<never>(() => undefined), signal);
}
