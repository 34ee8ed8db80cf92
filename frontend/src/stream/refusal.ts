import { Refused } from "./faults";
import { abortable } from "./time";

/** An answer that asks for a longer pause than this is not believed. */
const LONGEST_MS = 600_000;
const UNAVAILABLE = 503;

/** What an answer other than 200 says; its body is read only where the reason decides what to do. */
export async function refusalOf(response: Response, now: number, signal: AbortSignal): Promise<Refused> {
  const retryAfterMs = pauseIn(response.headers.get("Retry-After"), now);
  if (response.status === UNAVAILABLE) {
    return new Refused(response.status, reasonIn(await abortable(response.text(), signal)), retryAfterMs);
  }
  discard(response);
  return new Refused(response.status, null, retryAfterMs);
}

/** `Retry-After` in milliseconds: seconds, or a date (RFC 9110, section 10.2.3). */
export function pauseIn(header: string | null, now: number): number | null {
  if (header === null || header.trim() === "") return null;
  const ms = /^\s*\d+\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_MS);
}

/** Ends an answer that nobody reads; its connection is free again. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

function reasonIn(text: string): string | null {
  try {
    const reason = (JSON.parse(text) as { errors?: { reason?: unknown }[] }).errors?.[0]?.reason;
    return typeof reason === "string" ? reason : null;
  } catch {
    // A proxy's own page: it says no more than its status.
    return null;
  }
}
