import { Refused, SubjectChanged } from "./faults";
import type { Done } from "./messages";
import type { StreamFailure } from "./types";

/** What to do after an attempt has ended. */
export type Verdict =
  | { readonly then: "again"; readonly afterMs: number }
  | { readonly then: "poll"; readonly probeAfterMs: number }
  | { readonly then: "stop"; readonly failure: StreamFailure | null };

/** What a verdict depends on besides the fault. */
export interface Circumstances {
  /** Failed attempts in a row, this one included; 0 when a healthy stream was lost. */
  readonly failures: number;
  /** What the server's `retry` field last said, in milliseconds. */
  readonly retryMs: number;
  readonly random: () => number;
}

export const ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_RETURN_MS = 300_000;
const PROBE_MS = 30_000;
const UNAVAILABLE = 503;

const FINAL: Readonly<Record<number, StreamFailure>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  423: "quarantined",
};

/** After the server said why it ended the stream; that is no failure. */
export function afterDone(done: Done, { follow }: { follow: boolean }): Verdict {
  if (done.reason === "disabled") return { then: "poll", probeAfterMs: done.retryMs || PROBE_MS };
  if (done.reason === "revoked") return { then: "stop", failure: "revoked" };
  // Who follows wants to stay also when nothing happens.
  if (done.reconnect || follow) return { then: "again", afterMs: Math.min(done.retryMs, LONGEST_RETURN_MS) };
  return { then: "stop", failure: null };
}

/** What the same question would be refused for again; null when it may be answered later. */
export function finalFailure(fault: unknown): StreamFailure | null {
  return fault instanceof Refused ? (FINAL[fault.status] ?? null) : null;
}

/** After an attempt failed, or a stream was cut. */
export function afterFault(fault: unknown, { failures, retryMs, random }: Circumstances): Verdict {
  if (fault instanceof SubjectChanged) return { then: "stop", failure: "unauthorized" };
  const final = finalFailure(fault);
  if (final !== null) return { then: "stop", failure: final };
  if (fault instanceof Refused) {
    if (fault.status === UNAVAILABLE && fault.reason === "disabled") {
      return { then: "poll", probeAfterMs: fault.retryAfterMs ?? PROBE_MS };
    }
  }
  if (failures >= ATTEMPTS) return { then: "stop", failure: "unreachable" };
  const asked = fault instanceof Refused ? (fault.retryAfterMs ?? 0) : 0;
  return { then: "again", afterMs: asked + fullJitter(failures, retryMs, random) };
}

/**
 * A pause drawn from all of 0 to `baseMs` · 2^`failures`, so that clients which lost their streams at the same
 * moment do not return at the same moment. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function fullJitter(failures: number, baseMs: number, random: () => number): number {
  return random() * Math.min(LONGEST_PAUSE_MS, baseMs * 2 ** failures);
}
